"""What can be wrong with a link in a mail."""

from flask_babel import gettext as _

from learnenv.accounts.models import TokenKind
from learnenv.kernel.errors import NotFoundError


class DeadLinkError(NotFoundError):
    """A mailed link that was used, that has expired, or that never was: all answer the same."""

    def __init__(self, kind: TokenKind) -> None:
        super().__init__(_("This link has expired or was used before. Ask for a new one."))
        self.kind = kind
