"""lists behind the figures, in the order of an index

Revision ID: 0007
Revises: 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ENROLLED = ("ix_courses_enrolment_list", "courses_enrolment")
COMPLETED = ("ix_courses_enrolment_completed", "courses_enrolment")
CERTIFIED = ("ix_certificates_certificate_list", "certificates_certificate")
PERSONS = ("ix_reporting_person_year_list", "reporting_person_year")


def upgrade() -> None:
    for name, table in (ENROLLED, PERSONS):
        op.drop_index(name, table_name=table)
    op.create_index(*ENROLLED, ["organisation_id", "year", "course_id", "enrolled_at", "id"])
    op.create_index(*PERSONS, ["year", "organisation_id", "counts", "counted_at", "person_id"])
    op.create_index(*CERTIFIED, ["organisation_id", "course_id", "issued_at", "id", "source"])
    there = sa.text("completed_at IS NOT NULL")
    op.create_index(
        *COMPLETED,
        ["organisation_id", "course_id", "completed_at", "id"],
        sqlite_where=there,
        postgresql_where=there,
    )


def downgrade() -> None:
    for name, table in (ENROLLED, PERSONS, CERTIFIED, COMPLETED):
        op.drop_index(name, table_name=table)
    op.create_index(*ENROLLED, ["organisation_id", "year", "id"])
    op.create_index(*PERSONS, ["year", "organisation_id", "month"])
