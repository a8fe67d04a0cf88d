"""civil servants per month, made from those per day

Revision ID: 0002
Revises: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reporting_unique_month",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("month", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "organisation_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "year", "month", "organisation_id", name=op.f("pk_reporting_unique_month")
        ),
    )
    op.execute(
        sa.text(
            "INSERT INTO reporting_unique_month (year, month, organisation_id, count) "
            "SELECT year, month, organisation_id, SUM(count) FROM reporting_unique "
            "GROUP BY year, month, organisation_id"
        )
    )


def downgrade() -> None:
    op.drop_table("reporting_unique_month")  # nothing is lost: the days are still there
