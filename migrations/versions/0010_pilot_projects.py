"""pilot projects

Revision ID: 0010
Revises: 0009
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pilots_pilot",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("help", sa.Text(), nullable=False),
        sa.Column("theme", sa.String(length=40), nullable=False),
        sa.Column("region", sa.String(length=20), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("budget", sa.Integer(), nullable=False),
        sa.Column("measure", sa.String(length=200), nullable=False),
        sa.Column("before", sa.String(length=100), nullable=False),
        sa.Column("needed_on", sa.Date(), nullable=False),
        sa.Column("baseline_days", sa.Integer(), nullable=True),
        sa.Column("baseline_euros", sa.Integer(), nullable=True),
        sa.Column(
            "organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "leader_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("stage", sa.String(length=10), nullable=False),
        sa.Column(
            "provider_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("provider_name", sa.String(length=200), nullable=False),
        sa.Column("certified_until", sa.Date(), nullable=True),
        sa.Column("price", sa.Integer(), nullable=True),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("chosen_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("lessons", sa.Text(), nullable=False),
        sa.Column("after", sa.String(length=100), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("follow_up_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "stage IN ('prepare', 'try', 'measure', 'round_off')",
            name=op.f("ck_pilots_pilot_stage_known"),
        ),
        sa.CheckConstraint(
            "state IN ('open', 'running', 'closed', 'stopped')",
            name=op.f("ck_pilots_pilot_state_known"),
        ),
        sa.CheckConstraint(
            "(chosen_at IS NULL) = (provider_id IS NULL)",
            name=op.f("ck_pilots_pilot_chosen_has_provider"),
        ),
        sa.CheckConstraint("budget >= 0", name=op.f("ck_pilots_pilot_budget_positive")),
        sa.ForeignKeyConstraint(
            ["chosen_by"],
            ["accounts_person.id"],
            name=op.f("fk_pilots_pilot_chosen_by_accounts_person"),
        ),
        sa.ForeignKeyConstraint(
            ["leader_id"],
            ["accounts_person.id"],
            name=op.f("fk_pilots_pilot_leader_id_accounts_person"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["accounts_organisation.id"],
            name=op.f("fk_pilots_pilot_organisation_id_accounts_organisation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pilots_pilot")),
    )
    with op.batch_alter_table("pilots_pilot", schema=None) as batch_op:
        batch_op.create_index("ix_pilots_pilot_chosen", ["chosen_at", "id"], unique=False)
        batch_op.create_index("ix_pilots_pilot_follow", ["state", "follow_up_on"], unique=False)
        batch_op.create_index("ix_pilots_pilot_leader", ["leader_id", "id"], unique=False)
        batch_op.create_index(
            "ix_pilots_pilot_organisation", ["organisation_id", "id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_pilots_pilot_provider_id"), ["provider_id"], unique=False
        )

    op.create_table(
        "pilots_follow_up",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("pilot_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("in_use", sa.String(length=10), nullable=False),
        sa.Column("story", sa.Text(), nullable=False),
        sa.Column("now", sa.String(length=100), nullable=False),
        sa.Column("done_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "in_use IN ('yes', 'partly', 'no')", name=op.f("ck_pilots_follow_up_in_use_known")
        ),
        sa.ForeignKeyConstraint(
            ["done_by"],
            ["accounts_person.id"],
            name=op.f("fk_pilots_follow_up_done_by_accounts_person"),
        ),
        sa.ForeignKeyConstraint(
            ["pilot_id"],
            ["pilots_pilot.id"],
            name=op.f("fk_pilots_follow_up_pilot_id_pilots_pilot"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pilots_follow_up")),
        sa.UniqueConstraint("pilot_id", name=op.f("uq_pilots_follow_up_pilot_id")),
    )
    op.create_table(
        "pilots_invitation",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("pilot_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "provider_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("provider_name", sa.String(length=200), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "invited_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("approach", sa.Text(), nullable=False),
        sa.Column("price", sa.Integer(), nullable=True),
        sa.Column("days", sa.Integer(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "answered_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.CheckConstraint(
            "state IN ('asked', 'offered', 'declined', 'chosen', 'other')",
            name=op.f("ck_pilots_invitation_state_known"),
        ),
        sa.ForeignKeyConstraint(
            ["answered_by"],
            ["accounts_person.id"],
            name=op.f("fk_pilots_invitation_answered_by_accounts_person"),
        ),
        sa.ForeignKeyConstraint(
            ["invited_by"],
            ["accounts_person.id"],
            name=op.f("fk_pilots_invitation_invited_by_accounts_person"),
        ),
        sa.ForeignKeyConstraint(
            ["pilot_id"],
            ["pilots_pilot.id"],
            name=op.f("fk_pilots_invitation_pilot_id_pilots_pilot"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pilots_invitation")),
        sa.UniqueConstraint(
            "pilot_id", "provider_id", name=op.f("uq_pilots_invitation_pilot_id_provider_id")
        ),
    )
    with op.batch_alter_table("pilots_invitation", schema=None) as batch_op:
        batch_op.create_index("ix_pilots_invitation_provider", ["provider_id", "id"], unique=False)

    op.create_table(
        "pilots_log_line",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("pilot_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("stage", sa.String(length=10), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("hours", sa.Double(), nullable=False),
        sa.Column("euros", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(length=14), nullable=False),
        sa.Column(
            "written_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "side IN ('organisation', 'guidance')", name=op.f("ck_pilots_log_line_side_known")
        ),
        sa.CheckConstraint(
            "hours >= 0 AND euros >= 0", name=op.f("ck_pilots_log_line_amounts_positive")
        ),
        sa.ForeignKeyConstraint(
            ["pilot_id"],
            ["pilots_pilot.id"],
            name=op.f("fk_pilots_log_line_pilot_id_pilots_pilot"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["written_by"],
            ["accounts_person.id"],
            name=op.f("fk_pilots_log_line_written_by_accounts_person"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pilots_log_line")),
    )
    with op.batch_alter_table("pilots_log_line", schema=None) as batch_op:
        batch_op.create_index("ix_pilots_log_line_pilot", ["pilot_id", "day", "id"], unique=False)

    op.create_table(
        "pilots_organisation_review",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("pilot_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "scores", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column(
            "written_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["pilot_id"],
            ["pilots_pilot.id"],
            name=op.f("fk_pilots_organisation_review_pilot_id_pilots_pilot"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["written_by"],
            ["accounts_person.id"],
            name=op.f("fk_pilots_organisation_review_written_by_accounts_person"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pilots_organisation_review")),
        sa.UniqueConstraint("pilot_id", name=op.f("uq_pilots_organisation_review_pilot_id")),
    )


def downgrade() -> None:
    op.drop_table("pilots_organisation_review")
    with op.batch_alter_table("pilots_log_line", schema=None) as batch_op:
        batch_op.drop_index("ix_pilots_log_line_pilot")

    op.drop_table("pilots_log_line")
    with op.batch_alter_table("pilots_invitation", schema=None) as batch_op:
        batch_op.drop_index("ix_pilots_invitation_provider")

    op.drop_table("pilots_invitation")
    op.drop_table("pilots_follow_up")
    with op.batch_alter_table("pilots_pilot", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pilots_pilot_provider_id"))
        batch_op.drop_index("ix_pilots_pilot_organisation")
        batch_op.drop_index("ix_pilots_pilot_leader")
        batch_op.drop_index("ix_pilots_pilot_follow")
        batch_op.drop_index("ix_pilots_pilot_chosen")

    op.drop_table("pilots_pilot")
