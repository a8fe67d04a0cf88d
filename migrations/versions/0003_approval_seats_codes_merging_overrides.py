"""approval by a manager, seats, codes to join with, merged organisations, overrides, looking

Revision ID: 0003
Revises: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "courses_enrolment_request",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "course_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("managers", sa.String(length=400), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "decided_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'approved', 'declined', 'withdrawn')",
            name=op.f("ck_courses_enrolment_request_state_known"),
        ),
        sa.ForeignKeyConstraint(
            ["course_id"],
            ["courses_course.id"],
            name=op.f("fk_courses_enrolment_request_course_id_courses_course"),
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"],
            ["accounts_person.id"],
            name=op.f("fk_courses_enrolment_request_decided_by_accounts_person"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["accounts_organisation.id"],
            name="fk_courses_enrolment_request_organisation",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["accounts_person.id"],
            name=op.f("fk_courses_enrolment_request_person_id_accounts_person"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_courses_enrolment_request")),
    )
    with op.batch_alter_table("courses_enrolment_request", schema=None) as batch_op:
        batch_op.create_index(
            "ix_courses_enrolment_request_list",
            ["organisation_id", "state", "asked_at"],
            unique=False,
        )
        batch_op.create_index(
            "uq_courses_enrolment_request_waiting",
            ["person_id", "course_id"],
            unique=True,
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        )

    op.create_table(
        "courses_override",
        sa.Column(
            "enrolment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("lesson", sa.String(length=120), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("actor_name", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"],
            ["accounts_person.id"],
            name=op.f("fk_courses_override_actor_id_accounts_person"),
        ),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["courses_enrolment.id"],
            name=op.f("fk_courses_override_enrolment_id_courses_enrolment"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("enrolment_id", "lesson", name=op.f("pk_courses_override")),
    )
    with op.batch_alter_table("accounts_organisation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("join_code", sa.String(length=20), nullable=True))
        batch_op.add_column(
            sa.Column("needs_approval", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.add_column(sa.Column("seats", sa.Integer(), nullable=True))
        batch_op.add_column(
            sa.Column(
                "merged_into_id",
                sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
                nullable=True,
            )
        )
        batch_op.add_column(sa.Column("merged_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_unique_constraint(
            batch_op.f("uq_accounts_organisation_join_code"), ["join_code"]
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_accounts_organisation_merged_into_id_accounts_organisation"),
            "accounts_organisation",
            ["merged_into_id"],
            ["id"],
        )

    with op.batch_alter_table("accounts_session", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("view_as", sa.String(length=30), nullable=False, server_default="")
        )

    # The defaults were for the rows that are there; the model gives its own from here on.
    with op.batch_alter_table("accounts_organisation", schema=None) as batch_op:
        batch_op.alter_column("needs_approval", server_default=None)
    with op.batch_alter_table("accounts_session", schema=None) as batch_op:
        batch_op.alter_column("view_as", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("accounts_session", schema=None) as batch_op:
        batch_op.drop_column("view_as")

    with op.batch_alter_table("accounts_organisation", schema=None) as batch_op:
        batch_op.drop_constraint(
            batch_op.f("fk_accounts_organisation_merged_into_id_accounts_organisation"),
            type_="foreignkey",
        )
        batch_op.drop_constraint(batch_op.f("uq_accounts_organisation_join_code"), type_="unique")
        batch_op.drop_column("merged_at")
        batch_op.drop_column("merged_into_id")
        batch_op.drop_column("seats")
        batch_op.drop_column("needs_approval")
        batch_op.drop_column("join_code")

    op.drop_table("courses_override")
    with op.batch_alter_table("courses_enrolment_request", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_courses_enrolment_request_waiting",
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        )
        batch_op.drop_index("ix_courses_enrolment_request_list")

    op.drop_table("courses_enrolment_request")
