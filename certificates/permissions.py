"""Who may do what with certificates."""

from __future__ import annotations

from certificates.models import Certificate
from learnenv.kernel.permissions import Actor, Permission, Role


def _own(actor: Actor, certificate: object) -> bool:
    return isinstance(certificate, Certificate) and certificate.person_id == actor.person_id


HOLD = Permission("certificates.hold", "Have certificates", frozenset({Role.LEARNER}), _own)
MANAGE = Permission(
    "certificates.manage", "Look up and revoke certificates", frozenset({Role.ADMINISTRATOR})
)
ALL = (HOLD, MANAGE)
