"""Who may do what with certificates."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from certificates.models import Certificate
from learnenv.kernel.permissions import Actor, Permission, Role


def _own(actor: Actor, certificate: object) -> bool:
    return isinstance(certificate, Certificate) and certificate.person_id == actor.person_id


HOLD = Permission("certificates.hold", _l("Have certificates"), frozenset({Role.LEARNER}), _own)
MANAGE = Permission(
    "certificates.manage",
    _l("Look certificates up, suspend, replace, and propose to revoke them"),
    frozenset({Role.ADMINISTRATOR}),
)
CONFIRM = Permission(
    "certificates.confirm",
    _l("Confirm that a certificate is revoked, as the second person"),
    frozenset({Role.ADMINISTRATOR, Role.PROGRAMME_MANAGER}),
)
DESIGN = Permission(
    "certificates.design", _l("Make templates of certificates"), frozenset({Role.ADMINISTRATOR})
)
ALL = (HOLD, MANAGE, CONFIRM, DESIGN)
