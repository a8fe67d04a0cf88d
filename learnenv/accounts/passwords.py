"""Passwords: argon2id, twelve characters or more, none of the well-known ones (P25)."""

from functools import lru_cache
from importlib.resources import files

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask_babel import gettext as _

from learnenv.kernel.errors import InvalidInputError

MINIMUM = 12
MAXIMUM = 128
SHORT_NAME = 3
"""The name before the @ may stand in a password only when it is this short."""
OWN_WORDS = ("learnenv", "ambtenaar", "werken", "welkom", "wachtwoord", "overheid")

_hasher = PasswordHasher()


@lru_cache(maxsize=1)
def _known() -> frozenset[str]:
    text = files("learnenv.accounts").joinpath("known_passwords.txt").read_text(encoding="utf-8")
    return frozenset(line.strip().lower() for line in text.splitlines() if line.strip())


@lru_cache(maxsize=1)
def _decoy() -> str:
    return _hasher.hash("a password that nobody has")


def check_strength(password: str, *, email: str = "", field: str = "password") -> None:
    """Raise InvalidInputError when the password is too short or too easy to guess."""
    if len(password) < MINIMUM:
        raise InvalidInputError(
            _("Use at least %(number)s characters. A short sentence works well.", number=MINIMUM),
            field=field,
        )
    if len(password) > MAXIMUM:
        raise InvalidInputError(
            _("Use at most %(number)s characters.", number=MAXIMUM), field=field
        )
    lowered = password.lower()
    bare = lowered.strip("0123456789!@#$%^&*.-_ ")
    own = email.split("@", maxsplit=1)[0]
    easy = (
        lowered in _known()
        or bare in _known()
        or len(set(lowered)) < 5  # noqa: PLR2004 - aaaa1111aaaa
        or any(bare == word * (len(bare) // len(word)) for word in OWN_WORDS if bare)
        or (len(own) > SHORT_NAME and own in lowered)
    )
    if easy:
        raise InvalidInputError(
            _("This password is too easy to guess. Choose a less common one."), field=field
        )


def make_hash(password: str) -> str:
    """Return the argon2id hash of the password, with the library's own parameters."""
    return _hasher.hash(password)


def verify(password: str, password_hash: str) -> bool:
    """Whether the password is right. Without an account it takes as long as with one (P21)."""
    try:
        _hasher.verify(password_hash or _decoy(), password[:1000])
    except (VerificationError, InvalidHashError):
        return False
    return bool(password_hash)
