"""the Gouden Gids, trainings of others in the record, and the role of moderator

Revision ID: 0009
Revises: 0008
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

OLD_ROLES = (
    "learner", "author", "manager", "programme_manager", "administrator", "coordinator",
    "assessor", "decision_maker",
)  # fmt: skip
NEW_ROLES = ("moderator",)
OLD_KINDS, NEW_KINDS = ("course", "certification"), ("attendance",)


def _roles(roles: tuple[str, ...]) -> None:
    listed = ", ".join(f"'{role}'" for role in roles)
    with op.batch_alter_table("accounts_role") as batch:
        batch.drop_constraint(op.f("ck_accounts_role_role_known"), type_="check")
        batch.create_check_constraint(op.f("ck_accounts_role_role_known"), f"role IN ({listed})")


def _kinds(kinds: tuple[str, ...]) -> None:
    listed, name = (
        ", ".join(f"'{kind}'" for kind in kinds),
        "ck_certificates_certificate_kind_known",
    )
    with op.batch_alter_table("certificates_certificate") as batch:
        batch.drop_constraint(op.f(name), type_="check")
        batch.create_check_constraint(op.f(name), f"kind IN ({listed})")


def _words() -> None:
    """Make the index of words, as `kernel.fulltext` uses it: FTS5, or tsvector with GIN."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE TABLE directory_fulltext (id BIGINT PRIMARY KEY, document TSVECTOR NOT NULL)"
        )
        op.execute(
            "CREATE INDEX ix_directory_fulltext_document ON directory_fulltext USING GIN (document)"
        )
        return
    op.execute("CREATE VIRTUAL TABLE directory_fulltext USING fts5(title, body, tokenize='ascii')")


def upgrade() -> None:
    op.create_table(
        "directory_entry",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("what", sa.String(length=10), nullable=False),
        sa.Column("ref_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "provider_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("is_shown", sa.Boolean(), nullable=False),
        sa.Column("name", sa.String(length=600), nullable=False),
        sa.Column(
            "facets", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("certified_until", sa.Date(), nullable=True),
        sa.Column("price", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Double(), nullable=False),
        sa.Column("weight", sa.Double(), nullable=False),
        sa.Column("changed", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_entry")),
        sa.UniqueConstraint("what", "ref_id", name=op.f("uq_directory_entry_what_ref_id")),
    )
    with op.batch_alter_table("directory_entry", schema=None) as batch_op:
        batch_op.create_index("ix_directory_entry_changed", ["changed"], unique=False)
        batch_op.create_index("ix_directory_entry_name", ["is_shown", "name", "id"], unique=False)
        batch_op.create_index("ix_directory_entry_price", ["is_shown", "price", "id"], unique=False)
        batch_op.create_index("ix_directory_entry_provider", ["provider_id"], unique=False)
        batch_op.create_index("ix_directory_entry_rank", ["is_shown", "rank", "id"], unique=False)
        batch_op.create_index(
            "ix_directory_entry_weight", ["is_shown", "weight", "id"], unique=False
        )

    op.create_table(
        "directory_turn",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("epoch", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_turn")),
    )
    op.create_table(
        "courses_outside_training",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column(
            "person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("provider", sa.String(length=200), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("proof", sa.String(length=300), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["accounts_organisation.id"],
            name=op.f("fk_courses_outside_training_organisation_id_accounts_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["accounts_person.id"],
            name=op.f("fk_courses_outside_training_person_id_accounts_person"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_courses_outside_training")),
        sa.UniqueConstraint("source", name=op.f("uq_courses_outside_training_source")),
    )
    with op.batch_alter_table("courses_outside_training", schema=None) as batch_op:
        batch_op.create_index(
            "ix_courses_outside_training_person", ["person_id", "at"], unique=False
        )

    op.create_table(
        "directory_provider",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("folded_name", sa.String(length=600), nullable=False),
        sa.Column("summary", sa.String(length=300), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("website", sa.String(length=300), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("region", sa.String(length=20), nullable=False),
        sa.Column("place", sa.String(length=80), nullable=True),
        sa.Column(
            "themes", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("day_rate", sa.Integer(), nullable=True),
        sa.Column("days_free", sa.Integer(), nullable=True),
        sa.Column(
            "organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("party_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("standing", sa.String(length=10), nullable=False),
        sa.Column("certified_until", sa.Date(), nullable=True),
        sa.Column("register_number", sa.String(length=20), nullable=False),
        sa.Column(
            "certified_themes",
            sa.JSON().with_variant(postgresql.JSONB(), "postgresql"),
            nullable=False,
        ),
        sa.Column("consent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "consent_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("is_listed", sa.Boolean(), nullable=False),
        sa.Column("is_shown", sa.Boolean(), nullable=False),
        sa.Column("shown_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("source", sa.String(length=12), nullable=False),
        sa.Column("reviews", sa.Integer(), nullable=False),
        sa.Column("stars", sa.Double(), nullable=True),
        sa.Column(
            "spread", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "created_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('trainer', 'adviser', 'agency', 'institute')",
            name=op.f("ck_directory_provider_kind_known"),
        ),
        sa.ForeignKeyConstraint(
            ["consent_by"],
            ["accounts_person.id"],
            name=op.f("fk_directory_provider_consent_by_accounts_person"),
        ),
        sa.ForeignKeyConstraint(
            ["created_by"],
            ["accounts_person.id"],
            name=op.f("fk_directory_provider_created_by_accounts_person"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["accounts_organisation.id"],
            name=op.f("fk_directory_provider_organisation_id_accounts_organisation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_provider")),
        sa.UniqueConstraint("party_id", name=op.f("uq_directory_provider_party_id")),
    )
    with op.batch_alter_table("directory_provider", schema=None) as batch_op:
        batch_op.create_index("ix_directory_provider_name", ["folded_name", "id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_directory_provider_organisation_id"), ["organisation_id"], unique=False
        )
        batch_op.create_index("ix_directory_provider_shown", ["is_shown", "id"], unique=False)

    op.create_table(
        "directory_request",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column(
            "questions", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("deadline_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("asked_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('information', 'quotation')", name=op.f("ck_directory_request_kind_known")
        ),
        sa.CheckConstraint(
            "state IN ('open', 'chosen', 'ended')", name=op.f("ck_directory_request_state_known")
        ),
        sa.ForeignKeyConstraint(
            ["asked_by"],
            ["accounts_person.id"],
            name=op.f("fk_directory_request_asked_by_accounts_person"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["accounts_organisation.id"],
            name=op.f("fk_directory_request_organisation_id_accounts_organisation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_request")),
    )
    with op.batch_alter_table("directory_request", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_directory_request_asked_by"), ["asked_by"], unique=False
        )

    op.create_table(
        "directory_shortlist",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column(
            "organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("conclusion", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["accounts_organisation.id"],
            name=op.f("fk_directory_shortlist_organisation_id_accounts_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"],
            ["accounts_person.id"],
            name=op.f("fk_directory_shortlist_owner_id_accounts_person"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_shortlist")),
    )
    with op.batch_alter_table("directory_shortlist", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_directory_shortlist_owner_id"), ["owner_id"], unique=False
        )

    op.create_table(
        "directory_answer",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "request_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "provider_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "answers", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("price", sa.Integer(), nullable=True),
        sa.Column("is_declined", sa.Boolean(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "answered_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("is_chosen", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["answered_by"],
            ["accounts_person.id"],
            name=op.f("fk_directory_answer_answered_by_accounts_person"),
        ),
        sa.ForeignKeyConstraint(
            ["provider_id"],
            ["directory_provider.id"],
            name=op.f("fk_directory_answer_provider_id_directory_provider"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["directory_request.id"],
            name=op.f("fk_directory_answer_request_id_directory_request"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_answer")),
        sa.UniqueConstraint(
            "request_id", "provider_id", name=op.f("uq_directory_answer_request_id_provider_id")
        ),
    )
    with op.batch_alter_table("directory_answer", schema=None) as batch_op:
        batch_op.create_index("ix_directory_answer_provider", ["provider_id", "id"], unique=False)

    op.create_table(
        "directory_change",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "provider_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "before", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column(
            "after", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "decided_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'granted', 'refused')",
            name=op.f("ck_directory_change_state_known"),
        ),
        sa.ForeignKeyConstraint(
            ["asked_by"],
            ["accounts_person.id"],
            name=op.f("fk_directory_change_asked_by_accounts_person"),
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"],
            ["accounts_person.id"],
            name=op.f("fk_directory_change_decided_by_accounts_person"),
        ),
        sa.ForeignKeyConstraint(
            ["provider_id"],
            ["directory_provider.id"],
            name=op.f("fk_directory_change_provider_id_directory_provider"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_change")),
    )
    with op.batch_alter_table("directory_change", schema=None) as batch_op:
        batch_op.create_index(
            "ix_directory_change_provider", ["provider_id", "state"], unique=False
        )
        batch_op.create_index("ix_directory_change_state", ["state", "id"], unique=False)

    op.create_table(
        "directory_claim",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "provider_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "decided_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'granted', 'refused')",
            name=op.f("ck_directory_claim_state_known"),
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"],
            ["accounts_person.id"],
            name=op.f("fk_directory_claim_decided_by_accounts_person"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["accounts_person.id"],
            name=op.f("fk_directory_claim_person_id_accounts_person"),
        ),
        sa.ForeignKeyConstraint(
            ["provider_id"],
            ["directory_provider.id"],
            name=op.f("fk_directory_claim_provider_id_directory_provider"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_claim")),
        sa.UniqueConstraint(
            "provider_id", "person_id", name=op.f("uq_directory_claim_provider_id_person_id")
        ),
    )
    with op.batch_alter_table("directory_claim", schema=None) as batch_op:
        batch_op.create_index("ix_directory_claim_state", ["state", "id"], unique=False)

    op.create_table(
        "directory_former_member",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "provider_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("until", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["accounts_person.id"],
            name=op.f("fk_directory_former_member_person_id_accounts_person"),
        ),
        sa.ForeignKeyConstraint(
            ["provider_id"],
            ["directory_provider.id"],
            name=op.f("fk_directory_former_member_provider_id_directory_provider"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_former_member")),
        sa.UniqueConstraint(
            "provider_id",
            "person_id",
            name=op.f("uq_directory_former_member_provider_id_person_id"),
        ),
    )
    with op.batch_alter_table("directory_former_member", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_directory_former_member_person_id"), ["person_id"], unique=False
        )

    op.create_table(
        "directory_label",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "provider_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("has_contract", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["accounts_organisation.id"],
            name=op.f("fk_directory_label_organisation_id_accounts_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["provider_id"],
            ["directory_provider.id"],
            name=op.f("fk_directory_label_provider_id_directory_provider"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["set_by"],
            ["accounts_person.id"],
            name=op.f("fk_directory_label_set_by_accounts_person"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_label")),
        sa.UniqueConstraint(
            "organisation_id",
            "provider_id",
            name=op.f("uq_directory_label_organisation_id_provider_id"),
        ),
    )
    with op.batch_alter_table("directory_label", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_directory_label_provider_id"), ["provider_id"], unique=False
        )

    op.create_table(
        "directory_member",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "provider_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["accounts_person.id"],
            name=op.f("fk_directory_member_person_id_accounts_person"),
        ),
        sa.ForeignKeyConstraint(
            ["provider_id"],
            ["directory_provider.id"],
            name=op.f("fk_directory_member_provider_id_directory_provider"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_member")),
        sa.UniqueConstraint(
            "provider_id", "email", name=op.f("uq_directory_member_provider_id_email")
        ),
    )
    with op.batch_alter_table("directory_member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_directory_member_email"), ["email"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_directory_member_person_id"), ["person_id"], unique=False
        )

    op.create_table(
        "directory_offering",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "provider_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("summary", sa.String(length=300), nullable=False),
        sa.Column(
            "goals", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("form", sa.String(length=12), nullable=False),
        sa.Column("level", sa.String(length=12), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("price", sa.Integer(), nullable=True),
        sa.Column("covers", sa.String(length=300), nullable=False),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.Column("accessibility", sa.Text(), nullable=False),
        sa.Column(
            "themes", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("course_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("party_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("standing", sa.String(length=10), nullable=False),
        sa.Column("certified_until", sa.Date(), nullable=True),
        sa.Column("register_number", sa.String(length=20), nullable=False),
        sa.Column("is_published", sa.Boolean(), nullable=False),
        sa.Column("reviews", sa.Integer(), nullable=False),
        sa.Column("stars", sa.Double(), nullable=True),
        sa.Column(
            "spread", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "form IN ('online', 'op-locatie', 'gemengd')",
            name=op.f("ck_directory_offering_form_known"),
        ),
        sa.CheckConstraint(
            "language IN ('nl', 'en', 'fy')", name=op.f("ck_directory_offering_language_known")
        ),
        sa.CheckConstraint(
            "level IN ('basis', 'gevorderd', 'expert')",
            name=op.f("ck_directory_offering_level_known"),
        ),
        sa.CheckConstraint("minutes >= 0", name=op.f("ck_directory_offering_minutes_positive")),
        sa.ForeignKeyConstraint(
            ["course_id"],
            ["courses_course.id"],
            name=op.f("fk_directory_offering_course_id_courses_course"),
        ),
        sa.ForeignKeyConstraint(
            ["provider_id"],
            ["directory_provider.id"],
            name=op.f("fk_directory_offering_provider_id_directory_provider"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_offering")),
        sa.UniqueConstraint("course_id", name=op.f("uq_directory_offering_course_id")),
        sa.UniqueConstraint("party_id", name=op.f("uq_directory_offering_party_id")),
    )
    with op.batch_alter_table("directory_offering", schema=None) as batch_op:
        batch_op.create_index(
            "ix_directory_offering_provider", ["provider_id", "title"], unique=False
        )

    op.create_table(
        "directory_shortlist_member",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "shortlist_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["accounts_person.id"],
            name=op.f("fk_directory_shortlist_member_person_id_accounts_person"),
        ),
        sa.ForeignKeyConstraint(
            ["shortlist_id"],
            ["directory_shortlist.id"],
            name=op.f("fk_directory_shortlist_member_shortlist_id_directory_shortlist"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_shortlist_member")),
        sa.UniqueConstraint(
            "shortlist_id", "email", name=op.f("uq_directory_shortlist_member_shortlist_id_email")
        ),
    )
    with op.batch_alter_table("directory_shortlist_member", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_directory_shortlist_member_email"), ["email"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_directory_shortlist_member_person_id"), ["person_id"], unique=False
        )

    op.create_table(
        "directory_participation",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("proof", sa.String(length=12), nullable=False),
        sa.Column(
            "person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "provider_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "offering_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("is_confirmed", sa.Boolean(), nullable=False),
        sa.Column("is_refused", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "confirmed_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.CheckConstraint(
            "proof IN ('enrolment', 'attendance', 'quotation', 'assignment', 'pilot')",
            name=op.f("ck_directory_participation_proof_known"),
        ),
        sa.ForeignKeyConstraint(
            ["confirmed_by"],
            ["accounts_person.id"],
            name=op.f("fk_directory_participation_confirmed_by_accounts_person"),
        ),
        sa.ForeignKeyConstraint(
            ["offering_id"],
            ["directory_offering.id"],
            name=op.f("fk_directory_participation_offering_id_directory_offering"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["accounts_person.id"],
            name=op.f("fk_directory_participation_person_id_accounts_person"),
        ),
        sa.ForeignKeyConstraint(
            ["provider_id"],
            ["directory_provider.id"],
            name=op.f("fk_directory_participation_provider_id_directory_provider"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_participation")),
        sa.UniqueConstraint("source", name=op.f("uq_directory_participation_source")),
    )
    with op.batch_alter_table("directory_participation", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_directory_participation_offering_id"), ["offering_id"], unique=False
        )
        batch_op.create_index(
            "ix_directory_participation_person", ["person_id", "id"], unique=False
        )
        batch_op.create_index(
            "ix_directory_participation_provider", ["provider_id", "is_confirmed"], unique=False
        )
        batch_op.create_index(
            "ix_directory_participation_waiting", ["is_confirmed", "id"], unique=False
        )

    op.create_table(
        "directory_session",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "offering_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("place", sa.String(length=80), nullable=True),
        sa.Column("address", sa.String(length=300), nullable=False),
        sa.Column("link", sa.String(length=500), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("on_request", sa.Boolean(), nullable=False),
        sa.Column("is_cancelled", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_directory_session_ends_later")),
        sa.CheckConstraint(
            "taken >= 0 AND taken <= seats", name=op.f("ck_directory_session_seats_enough")
        ),
        sa.ForeignKeyConstraint(
            ["offering_id"],
            ["directory_offering.id"],
            name=op.f("fk_directory_session_offering_id_directory_offering"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_session")),
    )
    with op.batch_alter_table("directory_session", schema=None) as batch_op:
        batch_op.create_index(
            "ix_directory_session_offering", ["offering_id", "starts_at"], unique=False
        )
        batch_op.create_index("ix_directory_session_place", ["place", "starts_at"], unique=False)
        batch_op.create_index("ix_directory_session_starts", ["starts_at", "id"], unique=False)

    op.create_table(
        "directory_shortlist_item",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "shortlist_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "provider_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "offering_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "offering_key", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("is_chosen", sa.Boolean(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "offering_key >= 0", name=op.f("ck_directory_shortlist_item_offering_key_positive")
        ),
        sa.ForeignKeyConstraint(
            ["added_by"],
            ["accounts_person.id"],
            name=op.f("fk_directory_shortlist_item_added_by_accounts_person"),
        ),
        sa.ForeignKeyConstraint(
            ["offering_id"],
            ["directory_offering.id"],
            name=op.f("fk_directory_shortlist_item_offering_id_directory_offering"),
        ),
        sa.ForeignKeyConstraint(
            ["provider_id"],
            ["directory_provider.id"],
            name=op.f("fk_directory_shortlist_item_provider_id_directory_provider"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["shortlist_id"],
            ["directory_shortlist.id"],
            name=op.f("fk_directory_shortlist_item_shortlist_id_directory_shortlist"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_shortlist_item")),
        sa.UniqueConstraint(
            "shortlist_id",
            "provider_id",
            "offering_key",
            name=op.f("uq_directory_shortlist_item_shortlist_id_provider_id_offering_key"),
        ),
    )
    with op.batch_alter_table("directory_shortlist_item", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_directory_shortlist_item_offering_id"), ["offering_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_directory_shortlist_item_provider_id"), ["provider_id"], unique=False
        )

    op.create_table(
        "directory_booking",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "session_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("needs", sa.Text(), nullable=False),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.Column("confirm_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("marked_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "certificate_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.CheckConstraint(
            "state IN ('asked', 'booked', 'waiting', 'offered', 'cancelled', 'refused', 'lapsed', 'attended', 'absent')",
            name=op.f("ck_directory_booking_state_known"),
        ),
        sa.ForeignKeyConstraint(
            ["marked_by"],
            ["accounts_person.id"],
            name=op.f("fk_directory_booking_marked_by_accounts_person"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["accounts_organisation.id"],
            name=op.f("fk_directory_booking_organisation_id_accounts_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["accounts_person.id"],
            name=op.f("fk_directory_booking_person_id_accounts_person"),
        ),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["directory_session.id"],
            name=op.f("fk_directory_booking_session_id_directory_session"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_booking")),
        sa.UniqueConstraint(
            "session_id", "person_id", name=op.f("uq_directory_booking_session_id_person_id")
        ),
    )
    with op.batch_alter_table("directory_booking", schema=None) as batch_op:
        batch_op.create_index("ix_directory_booking_confirm", ["state", "confirm_by"], unique=False)
        batch_op.create_index("ix_directory_booking_person", ["person_id", "id"], unique=False)
        batch_op.create_index(
            "ix_directory_booking_queue", ["session_id", "state", "queued_at"], unique=False
        )

    op.create_table(
        "directory_review",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "participation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "provider_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "offering_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "scores", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("stars", sa.Double(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_reason", sa.Text(), nullable=False),
        sa.Column("reply", sa.Text(), nullable=False),
        sa.Column("replied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "replied_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.CheckConstraint(
            "state IN ('pending', 'published', 'removed')",
            name=op.f("ck_directory_review_state_known"),
        ),
        sa.ForeignKeyConstraint(
            ["offering_id"],
            ["directory_offering.id"],
            name=op.f("fk_directory_review_offering_id_directory_offering"),
        ),
        sa.ForeignKeyConstraint(
            ["participation_id"],
            ["directory_participation.id"],
            name=op.f("fk_directory_review_participation_id_directory_participation"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["accounts_person.id"],
            name=op.f("fk_directory_review_person_id_accounts_person"),
        ),
        sa.ForeignKeyConstraint(
            ["provider_id"],
            ["directory_provider.id"],
            name=op.f("fk_directory_review_provider_id_directory_provider"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["replied_by"],
            ["accounts_person.id"],
            name=op.f("fk_directory_review_replied_by_accounts_person"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_review")),
        sa.UniqueConstraint("participation_id", name=op.f("uq_directory_review_participation_id")),
    )
    with op.batch_alter_table("directory_review", schema=None) as batch_op:
        batch_op.create_index(
            "ix_directory_review_offering", ["offering_id", "state", "id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_directory_review_person_id"), ["person_id"], unique=False
        )
        batch_op.create_index(
            "ix_directory_review_provider", ["provider_id", "state", "id"], unique=False
        )

    op.create_table(
        "directory_moderation",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "review_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("verdict", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "decided_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.CheckConstraint(
            "verdict IN ('keep', 'remove', 'restore')",
            name=op.f("ck_directory_moderation_verdict_known"),
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"],
            ["accounts_person.id"],
            name=op.f("fk_directory_moderation_decided_by_accounts_person"),
        ),
        sa.ForeignKeyConstraint(
            ["review_id"],
            ["directory_review.id"],
            name=op.f("fk_directory_moderation_review_id_directory_review"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_moderation")),
    )
    with op.batch_alter_table("directory_moderation", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_directory_moderation_review_id"), ["review_id"], unique=False
        )

    op.create_table(
        "directory_report",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "review_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["accounts_person.id"],
            name=op.f("fk_directory_report_person_id_accounts_person"),
        ),
        sa.ForeignKeyConstraint(
            ["review_id"],
            ["directory_review.id"],
            name=op.f("fk_directory_report_review_id_directory_review"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_report")),
        sa.UniqueConstraint(
            "review_id", "person_id", name=op.f("uq_directory_report_review_id_person_id")
        ),
    )
    with op.batch_alter_table("directory_report", schema=None) as batch_op:
        batch_op.create_index("ix_directory_report_open", ["is_open", "id"], unique=False)

    with op.batch_alter_table("reporting_person_year", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "outside_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
            )
        )
        batch_op.alter_column("enrolment_id", existing_type=sa.INTEGER(), nullable=True)
    _roles((*OLD_ROLES, *NEW_ROLES))
    _kinds((*OLD_KINDS, *NEW_KINDS))
    _words()


def downgrade() -> None:
    extra = op.get_bind().scalar(
        sa.text("SELECT count(*) FROM certificates_certificate WHERE kind = 'attendance'")
    )
    if extra:
        raise RuntimeError(f"{extra} certificates are of attendance: this version cannot go back")
    op.execute("DROP TABLE directory_fulltext")
    _kinds(OLD_KINDS)
    op.execute("DELETE FROM accounts_role WHERE role = 'moderator'")
    _roles(OLD_ROLES)
    # Who counted by a training of somebody else counts no more: run `learnenv rebuild-figures`.
    op.execute("DELETE FROM reporting_person_year WHERE enrolment_id IS NULL")
    with op.batch_alter_table("reporting_person_year", schema=None) as batch_op:
        batch_op.alter_column("enrolment_id", existing_type=sa.INTEGER(), nullable=False)
        batch_op.drop_column("outside_id")

    with op.batch_alter_table("directory_report", schema=None) as batch_op:
        batch_op.drop_index("ix_directory_report_open")

    op.drop_table("directory_report")
    with op.batch_alter_table("directory_moderation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_directory_moderation_review_id"))

    op.drop_table("directory_moderation")
    with op.batch_alter_table("directory_review", schema=None) as batch_op:
        batch_op.drop_index("ix_directory_review_provider")
        batch_op.drop_index(batch_op.f("ix_directory_review_person_id"))
        batch_op.drop_index("ix_directory_review_offering")

    op.drop_table("directory_review")
    with op.batch_alter_table("directory_booking", schema=None) as batch_op:
        batch_op.drop_index("ix_directory_booking_queue")
        batch_op.drop_index("ix_directory_booking_person")
        batch_op.drop_index("ix_directory_booking_confirm")

    op.drop_table("directory_booking")
    with op.batch_alter_table("directory_shortlist_item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_directory_shortlist_item_provider_id"))
        batch_op.drop_index(batch_op.f("ix_directory_shortlist_item_offering_id"))

    op.drop_table("directory_shortlist_item")
    with op.batch_alter_table("directory_session", schema=None) as batch_op:
        batch_op.drop_index("ix_directory_session_starts")
        batch_op.drop_index("ix_directory_session_place")
        batch_op.drop_index("ix_directory_session_offering")

    op.drop_table("directory_session")
    with op.batch_alter_table("directory_participation", schema=None) as batch_op:
        batch_op.drop_index("ix_directory_participation_waiting")
        batch_op.drop_index("ix_directory_participation_provider")
        batch_op.drop_index("ix_directory_participation_person")
        batch_op.drop_index(batch_op.f("ix_directory_participation_offering_id"))

    op.drop_table("directory_participation")
    with op.batch_alter_table("directory_shortlist_member", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_directory_shortlist_member_person_id"))
        batch_op.drop_index(batch_op.f("ix_directory_shortlist_member_email"))

    op.drop_table("directory_shortlist_member")
    with op.batch_alter_table("directory_offering", schema=None) as batch_op:
        batch_op.drop_index("ix_directory_offering_provider")

    op.drop_table("directory_offering")
    with op.batch_alter_table("directory_member", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_directory_member_person_id"))
        batch_op.drop_index(batch_op.f("ix_directory_member_email"))

    op.drop_table("directory_member")
    with op.batch_alter_table("directory_label", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_directory_label_provider_id"))

    op.drop_table("directory_label")
    with op.batch_alter_table("directory_former_member", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_directory_former_member_person_id"))

    op.drop_table("directory_former_member")
    with op.batch_alter_table("directory_claim", schema=None) as batch_op:
        batch_op.drop_index("ix_directory_claim_state")

    op.drop_table("directory_claim")
    with op.batch_alter_table("directory_change", schema=None) as batch_op:
        batch_op.drop_index("ix_directory_change_state")
        batch_op.drop_index("ix_directory_change_provider")

    op.drop_table("directory_change")
    with op.batch_alter_table("directory_answer", schema=None) as batch_op:
        batch_op.drop_index("ix_directory_answer_provider")

    op.drop_table("directory_answer")
    with op.batch_alter_table("directory_shortlist", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_directory_shortlist_owner_id"))

    op.drop_table("directory_shortlist")
    with op.batch_alter_table("directory_request", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_directory_request_asked_by"))

    op.drop_table("directory_request")
    with op.batch_alter_table("directory_provider", schema=None) as batch_op:
        batch_op.drop_index("ix_directory_provider_shown")
        batch_op.drop_index(batch_op.f("ix_directory_provider_organisation_id"))
        batch_op.drop_index("ix_directory_provider_name")

    op.drop_table("directory_provider")
    with op.batch_alter_table("courses_outside_training", schema=None) as batch_op:
        batch_op.drop_index("ix_courses_outside_training_person")

    op.drop_table("courses_outside_training")
    op.drop_table("directory_turn")
    with op.batch_alter_table("directory_entry", schema=None) as batch_op:
        batch_op.drop_index("ix_directory_entry_weight")
        batch_op.drop_index("ix_directory_entry_rank")
        batch_op.drop_index("ix_directory_entry_provider")
        batch_op.drop_index("ix_directory_entry_price")
        batch_op.drop_index("ix_directory_entry_name")
        batch_op.drop_index("ix_directory_entry_changed")

    op.drop_table("directory_entry")
