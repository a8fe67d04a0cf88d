"""What people may do with accounts: their own, those of their organisation, all of them."""

from flask_babel import lazy_gettext as _l

from learnenv.accounts.models import Organisation
from learnenv.kernel.permissions import Actor, Permission, Role


def _may_invite_for(actor: Actor, organisation: Organisation | None) -> bool:
    if actor.has(Role.ADMINISTRATOR):
        return True
    return organisation is not None and organisation.id in actor.managed


OWN = Permission("accounts.own", _l("See and change your own account"), frozenset({Role.LEARNER}))
INVITE = Permission(
    "accounts.invite",
    _l("Invite people for an organisation"),
    frozenset({Role.ADMINISTRATOR, Role.MANAGER}),
    _may_invite_for,
)
ADMINISTER = Permission(
    "accounts.administer",
    _l("Manage people, roles, organisations and settings"),
    frozenset({Role.ADMINISTRATOR}),
)
