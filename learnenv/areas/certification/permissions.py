"""Who does what in certification. What is not yours does not exist for you (P3)."""

from flask_babel import lazy_gettext as _l

from learnenv.kernel.permissions import Permission, Role

APPLY = Permission("certification.apply", _l("Apply for certification"), frozenset({Role.LEARNER}))
COORDINATE = Permission(
    "certification.coordinate",
    _l("Handle applications for certification"),
    frozenset({Role.COORDINATOR}),
)
ASSESS = Permission(
    "certification.assess", _l("Assess dossiers assigned to you"), frozenset({Role.ASSESSOR})
)
DECIDE = Permission(
    "certification.decide",
    _l("Decide on certification and on objections"),
    frozenset({Role.DECISION_MAKER}),
)
SCHEMES = Permission(
    "certification.schemes",
    _l("Edit and publish certification schemes"),
    frozenset({Role.ADMINISTRATOR}),
)
FIGURES = Permission(
    "certification.figures",
    _l("See the figures of certification"),
    frozenset({Role.COORDINATOR, Role.PROGRAMME_MANAGER, Role.ADMINISTRATOR}),
)
ALL = (APPLY, COORDINATE, ASSESS, DECIDE, SCHEMES, FIGURES)
