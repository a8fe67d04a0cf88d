"""Who does what with pilot projects. What is not yours does not exist for you (P3)."""

from flask_babel import lazy_gettext as _l

from learnenv.kernel.permissions import Permission, Role

USE = Permission(
    "pilots.use",
    _l("Start and guide pilot projects"),
    frozenset({Role.LEARNER}),
)
FOLLOW = Permission(
    "pilots.follow",
    _l("See the figures of pilot projects, and look at them again after six months"),
    frozenset({Role.PROGRAMME_MANAGER}),
)
ALL = (USE, FOLLOW)
