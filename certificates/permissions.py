"""Who may do what with certificates."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from certificates.models import Certificate
from learnenv.kernel.permissions import Actor, Permission, Role


def _own(actor: Actor, certificate: object) -> bool:
    return isinstance(certificate, Certificate) and certificate.person_id == actor.person_id


HOLD = Permission("certificates.hold", _l("Have certificates"), frozenset({Role.LEARNER}), _own)
MANAGE = Permission(
    "certificates.manage", _l("Look up and revoke certificates"), frozenset({Role.ADMINISTRATOR})
)
ALL = (HOLD, MANAGE)
