"""Who sees figures, who sees the people behind them, and how far each of them looks."""

from flask_babel import lazy_gettext

from learnenv.kernel.permissions import Actor, Permission, Role


def _is_own(actor: Actor, organisation_ids: object) -> bool:
    return isinstance(organisation_ids, frozenset) and organisation_ids <= actor.managed


VIEW = Permission(
    "reporting.view",
    lazy_gettext("See figures"),
    frozenset({Role.MANAGER, Role.PROGRAMME_MANAGER}),
)
LIST = Permission(
    "reporting.list",
    lazy_gettext("See the people behind the figures of your own organisation"),
    frozenset({Role.MANAGER}),
    _is_own,
)


def sees_all(actor: Actor) -> bool:
    """Whether the actor sees aggregates of the whole programme."""
    return actor.has(Role.PROGRAMME_MANAGER)


def sees_exactly(actor: Actor, organisation_id: int | None) -> bool:
    """Whether the actor gets exact numbers and names: only about organisations he manages.

    A programme manager who also manages an organisation gets them once he chooses that one.
    """
    if organisation_id is None:
        return not sees_all(actor)
    return organisation_id in actor.managed
