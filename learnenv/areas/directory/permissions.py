"""Who does what in the Gouden Gids. What is not yours does not exist for you (P3)."""

from flask_babel import lazy_gettext as _l

from learnenv.kernel.permissions import Permission, Role

USE = Permission(
    "directory.use",
    _l("Book, review, choose and ask in the Gouden Gids"),
    frozenset({Role.LEARNER}),
)
MODERATE = Permission(
    "directory.moderate",
    _l("Moderate reviews and profiles of the Gouden Gids"),
    frozenset({Role.MODERATOR}),
)
LABEL = Permission(
    "directory.label",
    _l("Say with whom your organisation has a contract"),
    frozenset({Role.MANAGER}),
)
FIGURES = Permission(
    "directory.figures",
    _l("See the figures of the Gouden Gids"),
    frozenset({Role.MODERATOR, Role.PROGRAMME_MANAGER, Role.ADMINISTRATOR}),
)
ALL = (USE, MODERATE, LABEL, FIGURES)
