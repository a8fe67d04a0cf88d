"""certification of advisers, agencies, institutes and trainings, and three roles for it

Revision ID: 0008
Revises: 0007
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

OLD_ROLES = ("learner", "author", "manager", "programme_manager", "administrator")
NEW_ROLES = ("coordinator", "assessor", "decision_maker")
KEPT = ("certification_trail", "certification_decision", "certification_standing")
"""Tables to which rows are only ever added (P31)."""


def _roles(roles: tuple[str, ...]) -> None:
    listed = ", ".join(f"'{role}'" for role in roles)
    with op.batch_alter_table("accounts_role") as batch:
        batch.drop_constraint(op.f("ck_accounts_role_role_known"), type_="check")
        batch.create_check_constraint(op.f("ck_accounts_role_role_known"), f"role IN ({listed})")


def _only_append() -> None:
    """Let the database itself refuse to change or remove what was decided (P31)."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION certification_is_kept() RETURNS trigger AS $$ "
            "BEGIN RAISE EXCEPTION 'this is only ever added to'; END $$ LANGUAGE plpgsql"
        )
        for table in KEPT:
            op.execute(
                f"CREATE TRIGGER {table}_kept BEFORE UPDATE OR DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION certification_is_kept()"
            )
        return
    for table in KEPT:
        for verb in ("update", "delete"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table} "
                "BEGIN SELECT RAISE(ABORT, 'this is only ever added to'); END"
            )


def _append_or_change() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table in KEPT:
            op.execute(f"DROP TRIGGER {table}_kept ON {table}")
        op.execute("DROP FUNCTION certification_is_kept()")
        return
    for table in KEPT:
        for verb in ("update", "delete"):
            op.execute(f"DROP TRIGGER {table}_no_{verb}")


def upgrade() -> None:
    op.create_table(
        "certification_step_figure",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("late", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("year", "kind", "state", name=op.f("pk_certification_step_figure")),
    )
    op.create_table(
        "certification_assessor",
        sa.Column(
            "person_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column(
            "kinds",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "themes",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.Column("is_available", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["accounts_person.id"],
            name=op.f("fk_certification_assessor_person_id_accounts_person"),
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_certification_assessor")),
    )
    op.create_table(
        "certification_party",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("search", sa.String(length=600), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("website", sa.String(length=300), nullable=False),
        sa.Column("region", sa.String(length=20), nullable=False),
        sa.Column(
            "themes",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("has_dossier", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("consent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "consent_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "created_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.CheckConstraint(
            "kind IN ('adviser', 'agency', 'institute', 'training')",
            name=op.f("ck_certification_party_kind_known"),
        ),
        sa.ForeignKeyConstraint(
            ["consent_by"],
            ["accounts_person.id"],
            name=op.f("fk_certification_party_consent_by_accounts_person"),
        ),
        sa.ForeignKeyConstraint(
            ["created_by"],
            ["accounts_person.id"],
            name=op.f("fk_certification_party_created_by_accounts_person"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["accounts_organisation.id"],
            name=op.f("fk_certification_party_organisation_id_accounts_organisation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certification_party")),
    )
    with op.batch_alter_table("certification_party", schema=None) as batch_op:
        batch_op.create_index("ix_certification_party_kind", ["kind", "name"], unique=False)
        batch_op.create_index(
            "ix_certification_party_inventory", ["has_dossier", "name", "id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_certification_party_organisation_id"), ["organisation_id"], unique=False
        )

    op.create_table(
        "certification_public_question",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shown_text", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "answered_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.CheckConstraint(
            "kind IN ('adviser', 'agency', 'institute', 'training')",
            name=op.f("ck_certification_public_question_kind_known"),
        ),
        sa.ForeignKeyConstraint(
            ["answered_by"],
            ["accounts_person.id"],
            name=op.f("fk_certification_public_question_answered_by_accounts_person"),
        ),
        sa.ForeignKeyConstraint(
            ["asked_by"],
            ["accounts_person.id"],
            name=op.f("fk_certification_public_question_asked_by_accounts_person"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certification_public_question")),
    )
    with op.batch_alter_table("certification_public_question", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_certification_public_question_kind"), ["kind"], unique=False
        )

    op.create_table(
        "certification_scheme",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column(
            "rules",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "published_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.CheckConstraint(
            "kind IN ('adviser', 'agency', 'institute', 'training')",
            name=op.f("ck_certification_scheme_kind_known"),
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'published')", name=op.f("ck_certification_scheme_state_known")
        ),
        sa.ForeignKeyConstraint(
            ["published_by"],
            ["accounts_person.id"],
            name=op.f("fk_certification_scheme_published_by_accounts_person"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certification_scheme")),
        sa.UniqueConstraint("kind", "version", name=op.f("uq_certification_scheme_kind_version")),
    )
    op.create_table(
        "certification_dossier",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("party_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "scheme_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column(
            "registration_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column(
            "answers",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "to_confirm",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "exemptions",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "created_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("step_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stopped_days", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("advice", sa.Text(), nullable=False),
        sa.Column(
            "advised_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "screened_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("needs_third", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('first', 'renewal')", name=op.f("ck_certification_dossier_kind_known")
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'screening', 'screening_waits', 'assigning', 'assessing', 'assessing_waits', 'advising', 'deciding', 'granted', 'refused', 'set_aside', 'withdrawn')",
            name=op.f("ck_certification_dossier_state_known"),
        ),
        sa.ForeignKeyConstraint(
            ["advised_by"],
            ["accounts_person.id"],
            name=op.f("fk_certification_dossier_advised_by_accounts_person"),
        ),
        sa.ForeignKeyConstraint(
            ["created_by"],
            ["accounts_person.id"],
            name=op.f("fk_certification_dossier_created_by_accounts_person"),
        ),
        sa.ForeignKeyConstraint(
            ["party_id"],
            ["certification_party.id"],
            name=op.f("fk_certification_dossier_party_id_certification_party"),
        ),
        sa.ForeignKeyConstraint(
            ["scheme_id"],
            ["certification_scheme.id"],
            name=op.f("fk_certification_dossier_scheme_id_certification_scheme"),
        ),
        sa.ForeignKeyConstraint(
            ["screened_by"],
            ["accounts_person.id"],
            name=op.f("fk_certification_dossier_screened_by_accounts_person"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certification_dossier")),
        sa.UniqueConstraint("number", name=op.f("uq_certification_dossier_number")),
    )
    with op.batch_alter_table("certification_dossier", schema=None) as batch_op:
        batch_op.create_index("ix_certification_dossier_due", ["due_on", "id"], unique=False)
        batch_op.create_index("ix_certification_dossier_party", ["party_id", "id"], unique=False)
        batch_op.create_index(
            "ix_certification_dossier_work", ["state", "due_on", "id"], unique=False
        )

    op.create_table(
        "certification_invitation",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("party_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("answer", sa.String(length=10), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["party_id"],
            ["certification_party.id"],
            name=op.f("fk_certification_invitation_party_id_certification_party"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["sent_by"],
            ["accounts_person.id"],
            name=op.f("fk_certification_invitation_sent_by_accounts_person"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certification_invitation")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_certification_invitation_token_hash")),
    )
    with op.batch_alter_table("certification_invitation", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_certification_invitation_party_id"), ["party_id"], unique=False
        )

    op.create_table(
        "certification_member",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("party_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("is_owner", sa.Boolean(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["party_id"],
            ["certification_party.id"],
            name=op.f("fk_certification_member_party_id_certification_party"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["accounts_person.id"],
            name=op.f("fk_certification_member_person_id_accounts_person"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certification_member")),
        sa.UniqueConstraint(
            "party_id", "email", name=op.f("uq_certification_member_party_id_email")
        ),
    )
    with op.batch_alter_table("certification_member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_certification_member_email"), ["email"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_certification_member_person_id"), ["person_id"], unique=False
        )

    op.create_table(
        "certification_pair_figure",
        sa.Column(
            "scheme_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("criterion", sa.String(length=60), nullable=False),
        sa.Column("first", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("second", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["scheme_id"],
            ["certification_scheme.id"],
            name=op.f("fk_certification_pair_figure_scheme_id_certification_scheme"),
        ),
        sa.PrimaryKeyConstraint(
            "scheme_id", "criterion", "first", "second", name=op.f("pk_certification_pair_figure")
        ),
    )
    op.create_table(
        "certification_relation",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("party_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint(
            "kind IN ('trainer', 'pupil', 'reviewer', 'business', 'private')",
            name=op.f("ck_certification_relation_kind_known"),
        ),
        sa.ForeignKeyConstraint(
            ["party_id"],
            ["certification_party.id"],
            name=op.f("fk_certification_relation_party_id_certification_party"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["accounts_person.id"],
            name=op.f("fk_certification_relation_person_id_accounts_person"),
        ),
        sa.ForeignKeyConstraint(
            ["told_by"],
            ["accounts_person.id"],
            name=op.f("fk_certification_relation_told_by_accounts_person"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certification_relation")),
        sa.UniqueConstraint(
            "person_id",
            "party_id",
            "kind",
            name=op.f("uq_certification_relation_person_id_party_id_kind"),
        ),
    )
    with op.batch_alter_table("certification_relation", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_certification_relation_party_id"), ["party_id"], unique=False
        )

    op.create_table(
        "certification_assignment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "dossier_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column(
            "reasons",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("declaration", sa.Text(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("seen_revision", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('asked', 'independent', 'done', 'conflict', 'ended')",
            name=op.f("ck_certification_assignment_state_known"),
        ),
        sa.ForeignKeyConstraint(
            ["asked_by"],
            ["accounts_person.id"],
            name=op.f("fk_certification_assignment_asked_by_accounts_person"),
        ),
        sa.ForeignKeyConstraint(
            ["dossier_id"],
            ["certification_dossier.id"],
            name=op.f("fk_certification_assignment_dossier_id_certification_dossier"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["accounts_person.id"],
            name=op.f("fk_certification_assignment_person_id_accounts_person"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certification_assignment")),
        sa.UniqueConstraint(
            "dossier_id", "person_id", name=op.f("uq_certification_assignment_dossier_id_person_id")
        ),
    )
    with op.batch_alter_table("certification_assignment", schema=None) as batch_op:
        batch_op.create_index(
            "ix_certification_assignment_person", ["person_id", "state"], unique=False
        )

    op.create_table(
        "certification_complaint",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "dossier_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "answered_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.ForeignKeyConstraint(
            ["answered_by"],
            ["accounts_person.id"],
            name=op.f("fk_certification_complaint_answered_by_accounts_person"),
        ),
        sa.ForeignKeyConstraint(
            ["dossier_id"],
            ["certification_dossier.id"],
            name=op.f("fk_certification_complaint_dossier_id_certification_dossier"),
        ),
        sa.ForeignKeyConstraint(
            ["made_by"],
            ["accounts_person.id"],
            name=op.f("fk_certification_complaint_made_by_accounts_person"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certification_complaint")),
    )
    with op.batch_alter_table("certification_complaint", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_certification_complaint_dossier_id"), ["dossier_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_certification_complaint_due_on"), ["due_on"], unique=False
        )

    op.create_table(
        "certification_decision",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "dossier_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column("grounds", sa.Text(), nullable=False),
        sa.Column("conditions", sa.Text(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "decided_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("objection_until", sa.Date(), nullable=False),
        sa.Column(
            "objection_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.CheckConstraint(
            "outcome IN ('granted', 'conditions', 'refused', 'set_aside', 'reopened')",
            name=op.f("ck_certification_decision_outcome_known"),
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"],
            ["accounts_person.id"],
            name=op.f("fk_certification_decision_decided_by_accounts_person"),
        ),
        sa.ForeignKeyConstraint(
            ["dossier_id"],
            ["certification_dossier.id"],
            name=op.f("fk_certification_decision_dossier_id_certification_dossier"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certification_decision")),
        sa.UniqueConstraint(
            "dossier_id", "number", name=op.f("uq_certification_decision_dossier_id_number")
        ),
    )
    op.create_table(
        "certification_evidence",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "dossier_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("link", sa.String(length=500), nullable=False),
        sa.Column("file", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("media", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("scan", sa.String(length=8), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "scan IN ('waiting', 'clean', 'refused')",
            name=op.f("ck_certification_evidence_scan_known"),
        ),
        sa.ForeignKeyConstraint(
            ["added_by"],
            ["accounts_person.id"],
            name=op.f("fk_certification_evidence_added_by_accounts_person"),
        ),
        sa.ForeignKeyConstraint(
            ["dossier_id"],
            ["certification_dossier.id"],
            name=op.f("fk_certification_evidence_dossier_id_certification_dossier"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certification_evidence")),
    )
    with op.batch_alter_table("certification_evidence", schema=None) as batch_op:
        batch_op.create_index(
            "ix_certification_evidence_dossier", ["dossier_id", "key"], unique=False
        )
        batch_op.create_index("ix_certification_evidence_expiry", ["expires_on"], unique=False)

    op.create_table(
        "certification_interview",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "dossier_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("place", sa.String(length=300), nullable=False),
        sa.Column(
            "offered_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("booked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("booked_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("report", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["booked_by"],
            ["accounts_person.id"],
            name=op.f("fk_certification_interview_booked_by_accounts_person"),
        ),
        sa.ForeignKeyConstraint(
            ["dossier_id"],
            ["certification_dossier.id"],
            name=op.f("fk_certification_interview_dossier_id_certification_dossier"),
        ),
        sa.ForeignKeyConstraint(
            ["offered_by"],
            ["accounts_person.id"],
            name=op.f("fk_certification_interview_offered_by_accounts_person"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certification_interview")),
    )
    with op.batch_alter_table("certification_interview", schema=None) as batch_op:
        batch_op.create_index(
            "ix_certification_interview_dossier", ["dossier_id", "starts_at"], unique=False
        )

    op.create_table(
        "certification_question",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "dossier_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("step", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "answered_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.ForeignKeyConstraint(
            ["answered_by"],
            ["accounts_person.id"],
            name=op.f("fk_certification_question_answered_by_accounts_person"),
        ),
        sa.ForeignKeyConstraint(
            ["asked_by"],
            ["accounts_person.id"],
            name=op.f("fk_certification_question_asked_by_accounts_person"),
        ),
        sa.ForeignKeyConstraint(
            ["dossier_id"],
            ["certification_dossier.id"],
            name=op.f("fk_certification_question_dossier_id_certification_dossier"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certification_question")),
    )
    with op.batch_alter_table("certification_question", schema=None) as batch_op:
        batch_op.create_index(
            "ix_certification_question_dossier", ["dossier_id", "id"], unique=False
        )

    op.create_table(
        "certification_registration",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("party_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("search", sa.String(length=600), nullable=False),
        sa.Column(
            "scheme_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "dossier_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "certificate_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "themes",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column("standing", sa.String(length=10), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("declare_by", sa.Date(), nullable=True),
        sa.Column("noticed_on", sa.Date(), nullable=True),
        sa.Column("expiry_told", sa.Boolean(), nullable=False),
        sa.Column("renewed", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('adviser', 'agency', 'institute', 'training')",
            name=op.f("ck_certification_registration_kind_known"),
        ),
        sa.CheckConstraint(
            "standing IN ('valid', 'suspended', 'withdrawn')",
            name=op.f("ck_certification_registration_standing_known"),
        ),
        sa.ForeignKeyConstraint(
            ["certificate_id"],
            ["certificates_certificate.id"],
            name=op.f("fk_certification_registration_certificate"),
        ),
        sa.ForeignKeyConstraint(
            ["dossier_id"],
            ["certification_dossier.id"],
            name=op.f("fk_certification_registration_dossier_id_certification_dossier"),
        ),
        sa.ForeignKeyConstraint(
            ["party_id"],
            ["certification_party.id"],
            name=op.f("fk_certification_registration_party_id_certification_party"),
        ),
        sa.ForeignKeyConstraint(
            ["scheme_id"],
            ["certification_scheme.id"],
            name=op.f("fk_certification_registration_scheme_id_certification_scheme"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certification_registration")),
        sa.UniqueConstraint("number", name=op.f("uq_certification_registration_number")),
        sa.UniqueConstraint("party_id", name=op.f("uq_certification_registration_party_id")),
    )
    with op.batch_alter_table("certification_registration", schema=None) as batch_op:
        batch_op.create_index("ix_certification_registration_declare", ["declare_by"], unique=False)
        batch_op.create_index(
            "ix_certification_registration_list", ["kind", "standing", "valid_until"], unique=False
        )
        batch_op.create_index("ix_certification_registration_until", ["valid_until"], unique=False)
        batch_op.create_index(
            "ix_certification_registration_name",
            ["standing", "name", "id", "valid_until"],
            unique=False,
        )

    op.create_table(
        "certification_revision",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "dossier_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "answers",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "evidence",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["by"],
            ["accounts_person.id"],
            name=op.f("fk_certification_revision_by_accounts_person"),
        ),
        sa.ForeignKeyConstraint(
            ["dossier_id"],
            ["certification_dossier.id"],
            name=op.f("fk_certification_revision_dossier_id_certification_dossier"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certification_revision")),
        sa.UniqueConstraint(
            "dossier_id", "number", name=op.f("uq_certification_revision_dossier_id_number")
        ),
    )
    op.create_table(
        "certification_trail",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "dossier_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("before", sa.String(length=16), nullable=False),
        sa.Column("after", sa.String(length=16), nullable=False),
        sa.Column(
            "details",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"],
            ["accounts_person.id"],
            name=op.f("fk_certification_trail_actor_id_accounts_person"),
        ),
        sa.ForeignKeyConstraint(
            ["dossier_id"],
            ["certification_dossier.id"],
            name=op.f("fk_certification_trail_dossier_id_certification_dossier"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certification_trail")),
        sa.UniqueConstraint(
            "dossier_id", "number", name=op.f("uq_certification_trail_dossier_id_number")
        ),
    )
    op.create_table(
        "certification_declaration",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "registration_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "declared_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["declared_by"],
            ["accounts_person.id"],
            name=op.f("fk_certification_declaration_declared_by_accounts_person"),
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["certification_registration.id"],
            name=op.f("fk_certification_declaration_registration"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certification_declaration")),
        sa.UniqueConstraint(
            "registration_id",
            "due_on",
            name=op.f("uq_certification_declaration_registration_id_due_on"),
        ),
    )
    op.create_table(
        "certification_ending",
        sa.Column(
            "registration_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column(
            "proposed_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["proposed_by"],
            ["accounts_person.id"],
            name=op.f("fk_certification_ending_proposed_by_accounts_person"),
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["certification_registration.id"],
            name="fk_certification_ending_registration",
        ),
        sa.PrimaryKeyConstraint("registration_id", name=op.f("pk_certification_ending")),
    )
    op.create_table(
        "certification_letter",
        sa.Column(
            "decision_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["decision_id"],
            ["certification_decision.id"],
            name=op.f("fk_certification_letter_decision_id_certification_decision"),
        ),
        sa.PrimaryKeyConstraint("decision_id", name=op.f("pk_certification_letter")),
    )
    op.create_table(
        "certification_objection",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "dossier_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "decision_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("is_late", sa.Boolean(), nullable=False),
        sa.Column(
            "handler_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("hearing", sa.Text(), nullable=False),
        sa.Column("verdict", sa.String(length=12), nullable=False),
        sa.Column("grounds", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["decision_id"],
            ["certification_decision.id"],
            name=op.f("fk_certification_objection_decision_id_certification_decision"),
        ),
        sa.ForeignKeyConstraint(
            ["dossier_id"],
            ["certification_dossier.id"],
            name=op.f("fk_certification_objection_dossier_id_certification_dossier"),
        ),
        sa.ForeignKeyConstraint(
            ["handler_id"],
            ["accounts_person.id"],
            name=op.f("fk_certification_objection_handler_id_accounts_person"),
        ),
        sa.ForeignKeyConstraint(
            ["made_by"],
            ["accounts_person.id"],
            name=op.f("fk_certification_objection_made_by_accounts_person"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certification_objection")),
        sa.UniqueConstraint("decision_id", name=op.f("uq_certification_objection_decision_id")),
    )
    with op.batch_alter_table("certification_objection", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_certification_objection_dossier_id"), ["dossier_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_certification_objection_due_on"), ["due_on"], unique=False
        )

    op.create_table(
        "certification_points",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "registration_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("earned_on", sa.Date(), nullable=False),
        sa.Column("period", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["certification_registration.id"],
            name=op.f("fk_certification_points_registration"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certification_points")),
        sa.UniqueConstraint(
            "registration_id", "source", name=op.f("uq_certification_points_registration_id_source")
        ),
    )
    op.create_table(
        "certification_reserved",
        sa.Column(
            "person_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column(
            "quarter",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column(
            "interview_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.ForeignKeyConstraint(
            ["interview_id"],
            ["certification_interview.id"],
            name=op.f("fk_certification_reserved_interview_id_certification_interview"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["accounts_person.id"],
            name=op.f("fk_certification_reserved_person_id_accounts_person"),
        ),
        sa.PrimaryKeyConstraint("person_id", "quarter", name=op.f("pk_certification_reserved")),
    )
    with op.batch_alter_table("certification_reserved", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_certification_reserved_interview_id"), ["interview_id"], unique=False
        )

    op.create_table(
        "certification_score",
        sa.Column(
            "assignment_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("criterion", sa.String(length=60), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "level BETWEEN 1 AND 4", name=op.f("ck_certification_score_level_range")
        ),
        sa.ForeignKeyConstraint(
            ["assignment_id"],
            ["certification_assignment.id"],
            name=op.f("fk_certification_score_assignment_id_certification_assignment"),
        ),
        sa.PrimaryKeyConstraint("assignment_id", "criterion", name=op.f("pk_certification_score")),
    )
    op.create_table(
        "certification_standing",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "registration_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("standing", sa.String(length=10), nullable=False),
        sa.Column(
            "scheme_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "themes",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint(
            "standing IN ('valid', 'suspended', 'withdrawn')",
            name=op.f("ck_certification_standing_standing_known"),
        ),
        sa.ForeignKeyConstraint(
            ["actor_id"],
            ["accounts_person.id"],
            name=op.f("fk_certification_standing_actor_id_accounts_person"),
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["certification_registration.id"],
            name=op.f("fk_certification_standing_registration"),
        ),
        sa.ForeignKeyConstraint(
            ["scheme_id"],
            ["certification_scheme.id"],
            name=op.f("fk_certification_standing_scheme_id_certification_scheme"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certification_standing")),
    )
    with op.batch_alter_table("certification_standing", schema=None) as batch_op:
        batch_op.create_index(
            "ix_certification_standing_day", ["registration_id", "from_on", "id"], unique=False
        )
    _roles((*OLD_ROLES, *NEW_ROLES))
    _only_append()


def downgrade() -> None:
    _append_or_change()
    listed = ", ".join(f"'{role}'" for role in NEW_ROLES)
    op.execute(f"DELETE FROM accounts_role WHERE role IN ({listed})")  # noqa: S608 - our own words
    _roles(OLD_ROLES)
    with op.batch_alter_table("certification_standing", schema=None) as batch_op:
        batch_op.drop_index("ix_certification_standing_day")

    op.drop_table("certification_standing")
    op.drop_table("certification_score")
    with op.batch_alter_table("certification_reserved", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_certification_reserved_interview_id"))

    op.drop_table("certification_reserved")
    op.drop_table("certification_points")
    with op.batch_alter_table("certification_objection", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_certification_objection_due_on"))
        batch_op.drop_index(batch_op.f("ix_certification_objection_dossier_id"))

    op.drop_table("certification_objection")
    op.drop_table("certification_letter")
    op.drop_table("certification_ending")
    op.drop_table("certification_declaration")
    op.drop_table("certification_trail")
    op.drop_table("certification_revision")
    with op.batch_alter_table("certification_registration", schema=None) as batch_op:
        batch_op.drop_index("ix_certification_registration_name")
        batch_op.drop_index("ix_certification_registration_until")
        batch_op.drop_index("ix_certification_registration_list")
        batch_op.drop_index("ix_certification_registration_declare")

    op.drop_table("certification_registration")
    with op.batch_alter_table("certification_question", schema=None) as batch_op:
        batch_op.drop_index("ix_certification_question_dossier")

    op.drop_table("certification_question")
    with op.batch_alter_table("certification_interview", schema=None) as batch_op:
        batch_op.drop_index("ix_certification_interview_dossier")

    op.drop_table("certification_interview")
    with op.batch_alter_table("certification_evidence", schema=None) as batch_op:
        batch_op.drop_index("ix_certification_evidence_expiry")
        batch_op.drop_index("ix_certification_evidence_dossier")

    op.drop_table("certification_evidence")
    op.drop_table("certification_decision")
    with op.batch_alter_table("certification_complaint", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_certification_complaint_due_on"))
        batch_op.drop_index(batch_op.f("ix_certification_complaint_dossier_id"))

    op.drop_table("certification_complaint")
    with op.batch_alter_table("certification_assignment", schema=None) as batch_op:
        batch_op.drop_index("ix_certification_assignment_person")

    op.drop_table("certification_assignment")
    with op.batch_alter_table("certification_relation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_certification_relation_party_id"))

    op.drop_table("certification_relation")
    op.drop_table("certification_pair_figure")
    with op.batch_alter_table("certification_member", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_certification_member_person_id"))
        batch_op.drop_index(batch_op.f("ix_certification_member_email"))

    op.drop_table("certification_member")
    with op.batch_alter_table("certification_invitation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_certification_invitation_party_id"))

    op.drop_table("certification_invitation")
    with op.batch_alter_table("certification_dossier", schema=None) as batch_op:
        batch_op.drop_index("ix_certification_dossier_work")
        batch_op.drop_index("ix_certification_dossier_party")
        batch_op.drop_index("ix_certification_dossier_due")

    op.drop_table("certification_dossier")
    op.drop_table("certification_scheme")
    with op.batch_alter_table("certification_public_question", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_certification_public_question_kind"))

    op.drop_table("certification_public_question")
    with op.batch_alter_table("certification_party", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_certification_party_organisation_id"))
        batch_op.drop_index("ix_certification_party_inventory")
        batch_op.drop_index("ix_certification_party_kind")

    op.drop_table("certification_party")
    op.drop_table("certification_assessor")
    op.drop_table("certification_step_figure")
