"""Figures kept in the transaction of the fact, so that no page counts dossiers."""

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped

from learnenv.kernel.db import Base, Id
from learnenv.kernel.privacy import plain


class StepFigure(Base):
    """How often a step of the handling ended in a year, and how many days it took in all."""

    __tablename__ = "certification_step_figure"

    year: Mapped[int] = plain(primary_key=True, autoincrement=False)
    kind: Mapped[str] = plain(String(12), primary_key=True)
    state: Mapped[str] = plain(String(16), primary_key=True)
    """The state that was left; for an outcome, the state that was reached."""
    count: Mapped[int] = plain(default=0)
    days: Mapped[int] = plain(default=0)
    """Calendar days on the clock: the days it stood still are not in it."""
    late: Mapped[int] = plain(default=0)
    """How often it took longer than its term."""


class PairFigure(Base):
    """How often two assessors of one dossier gave these two levels on a criterion (kappa)."""

    __tablename__ = "certification_pair_figure"

    scheme_id: Mapped[int] = plain(
        Id, ForeignKey("certification_scheme.id"), primary_key=True, autoincrement=False
    )
    criterion: Mapped[str] = plain(String(60), primary_key=True)
    first: Mapped[int] = plain(primary_key=True, autoincrement=False)
    second: Mapped[int] = plain(primary_key=True, autoincrement=False)
    count: Mapped[int] = plain(default=0)
