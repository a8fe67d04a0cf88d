"""answers that people grade, and the report of an import

Revision ID: 0005
Revises: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "courses_hand_in",
        sa.Column("enrolment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("block", sa.String(length=120), nullable=False),
        sa.Column("course_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("handed_in_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=True),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("graded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("graded_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint("percent BETWEEN 0 AND 100", name=op.f("ck_courses_hand_in_percent_range")),
        sa.ForeignKeyConstraint(["course_id"], ["courses_course.id"], name=op.f("fk_courses_hand_in_course_id_courses_course")),
        sa.ForeignKeyConstraint(["enrolment_id"], ["courses_enrolment.id"], name=op.f("fk_courses_hand_in_enrolment_id_courses_enrolment"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["graded_by"], ["accounts_person.id"], name=op.f("fk_courses_hand_in_graded_by_accounts_person")),
        sa.ForeignKeyConstraint(["version_id"], ["courses_version.id"], name=op.f("fk_courses_hand_in_version_id_courses_version")),
        sa.PrimaryKeyConstraint("enrolment_id", "block", name=op.f("pk_courses_hand_in")),
    )  # fmt: skip
    with op.batch_alter_table("courses_hand_in") as batch:
        batch.create_index(
            "ix_courses_hand_in_queue", ["course_id", "graded_at", "handed_in_at"], unique=False
        )
    with op.batch_alter_table("courses_version") as batch:
        batch.add_column(sa.Column("report", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("courses_version") as batch:
        batch.drop_column("report")
    with op.batch_alter_table("courses_hand_in") as batch:
        batch.drop_index("ix_courses_hand_in_queue")
    op.drop_table("courses_hand_in")
