"""the life of a certificate: templates, chained history, status lists, proposals, batches

Revision ID: 0006
Revises: 0005
"""

from __future__ import annotations

import hashlib
import json
import secrets
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(sa.dialects.postgresql.JSONB(astext_type=sa.Text()), "postgresql")
LIST_SIZE, LIST_FILL = 131_072, 98_304
UNIQUE_ENROLMENT = "uq_certificates_certificate_enrolment_id"
UNIQUE_PERIOD = "uq_certificates_certificate_person_id_course_id_period"


def upgrade() -> None:
    _new_tables()
    with op.batch_alter_table("certificates_certificate") as batch:
        batch.add_column(sa.Column("source", sa.String(80), nullable=True))
        batch.add_column(sa.Column("kind", sa.String(16), server_default="course", nullable=False))
        batch.add_column(sa.Column("template_id", ID, nullable=True))
        batch.add_column(sa.Column("valid_from", sa.Date(), nullable=True))
        batch.add_column(sa.Column("supersedes_id", ID, nullable=True))
        batch.add_column(sa.Column("share_code", sa.String(26), nullable=True))
        batch.add_column(sa.Column("problem", sa.String(500), server_default="", nullable=False))
    _fill_certificates()
    with op.batch_alter_table("certificates_certificate") as batch:
        batch.alter_column("source", existing_type=sa.String(80), nullable=False)
        batch.alter_column("valid_from", existing_type=sa.Date(), nullable=False)
        batch.alter_column("kind", existing_type=sa.String(16), server_default=None)
        batch.alter_column("problem", existing_type=sa.String(500), server_default=None)
        batch.alter_column("enrolment_id", existing_type=ID, nullable=True)
        batch.alter_column("course_id", existing_type=ID, nullable=True)
        batch.drop_constraint(UNIQUE_ENROLMENT, type_="unique")
        batch.drop_constraint(UNIQUE_PERIOD, type_="unique")
        batch.create_unique_constraint(op.f("uq_certificates_certificate_source"), ["source"])
        batch.create_unique_constraint(
            op.f("uq_certificates_certificate_share_code"), ["share_code"]
        )
        batch.create_check_constraint(
            op.f("ck_certificates_certificate_kind_known"), "kind IN ('course', 'certification')"
        )
        batch.create_foreign_key(
            op.f("fk_certificates_certificate_template_id_certificates_template"),
            "certificates_template", ["template_id"], ["id"],
        )  # fmt: skip
        batch.create_foreign_key(
            "fk_certificates_certificate_supersedes",
            "certificates_certificate", ["supersedes_id"], ["id"],
        )  # fmt: skip
        batch.create_index("ix_certificates_certificate_enrolment", ["enrolment_id"])
        batch.create_index("ix_certificates_certificate_person", ["person_id", "issued_at"])
        batch.create_index("ix_certificates_certificate_until", ["valid_until"])
        batch.create_index("ix_certificates_certificate_status", ["status", "issued_at"])
        batch.create_index(op.f("ix_certificates_certificate_supersedes_id"), ["supersedes_id"])
    with op.batch_alter_table("certificates_document") as batch:
        batch.add_column(sa.Column("credential", sa.Text(), server_default="", nullable=False))
        batch.add_column(sa.Column("preview", sa.LargeBinary(), nullable=True))
        batch.add_column(sa.Column("seal", sa.String(200), server_default="", nullable=False))
    with op.batch_alter_table("certificates_document") as batch:
        batch.alter_column("credential", existing_type=sa.Text(), server_default=None)
        batch.alter_column("seal", existing_type=sa.String(200), server_default=None)
    with op.batch_alter_table("certificates_history") as batch:
        batch.add_column(sa.Column("second_id", ID, nullable=True))
        batch.add_column(sa.Column("previous", sa.String(64), server_default="", nullable=False))
        batch.add_column(sa.Column("hash", sa.String(64), server_default="", nullable=False))
    _chain()
    with op.batch_alter_table("certificates_history") as batch:
        batch.alter_column("previous", existing_type=sa.String(64), server_default=None)
        batch.alter_column("hash", existing_type=sa.String(64), server_default=None)
        batch.drop_constraint(
            "fk_certificates_history_actor_id_accounts_person", type_="foreignkey"
        )
        for column in ("actor_id", "second_id"):
            batch.create_foreign_key(
                op.f(f"fk_certificates_history_{column}_accounts_person"),
                "accounts_person", [column], ["id"],
            )  # fmt: skip
    _only_append()


def downgrade() -> None:
    _append_or_change()
    connection = op.get_bind()
    with op.batch_alter_table("certificates_history") as batch:
        batch.drop_constraint(
            "fk_certificates_history_second_id_accounts_person", type_="foreignkey"
        )
        batch.drop_constraint(
            "fk_certificates_history_actor_id_accounts_person", type_="foreignkey"
        )
        batch.create_foreign_key(
            op.f("fk_certificates_history_actor_id_accounts_person"),
            "accounts_person", ["actor_id"], ["id"], ondelete="SET NULL",
        )  # fmt: skip
        for column in ("hash", "previous", "second_id"):
            batch.drop_column(column)
    with op.batch_alter_table("certificates_document") as batch:
        for column in ("seal", "preview", "credential"):
            batch.drop_column(column)
    # What the older tables cannot hold may not be lost without a word.
    extra = connection.execute(
        sa.text("SELECT count(*) FROM certificates_certificate WHERE source NOT LIKE 'course:%'")
    ).scalar()
    if extra:
        raise RuntimeError(f"{extra} certificates are not of a course: this version cannot go back")
    with op.batch_alter_table("certificates_certificate") as batch:
        for name in ("supersedes_id", "status", "until", "person", "enrolment"):
            batch.drop_index(f"ix_certificates_certificate_{name}")
        batch.drop_constraint("fk_certificates_certificate_supersedes", type_="foreignkey")
        batch.drop_constraint(
            "fk_certificates_certificate_template_id_certificates_template", type_="foreignkey"
        )
        batch.drop_constraint(op.f("ck_certificates_certificate_kind_known"), type_="check")
        batch.drop_constraint("uq_certificates_certificate_share_code", type_="unique")
        batch.drop_constraint("uq_certificates_certificate_source", type_="unique")
        batch.alter_column("enrolment_id", existing_type=ID, nullable=False)
        batch.alter_column("course_id", existing_type=ID, nullable=False)
        batch.create_unique_constraint(op.f(UNIQUE_ENROLMENT), ["enrolment_id"])
        batch.create_unique_constraint(op.f(UNIQUE_PERIOD), ["person_id", "course_id", "period"])
        for column in (
            "problem", "share_code", "supersedes_id", "valid_from", "template_id", "kind", "source",
        ):  # fmt: skip
            batch.drop_column(column)
    for table in ("batch", "proposal", "status_entry", "template_use", "template"):
        op.drop_table(f"certificates_{table}")


def _new_tables() -> None:
    op.create_table(
        "certificates_template",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("statement_nl", sa.String(200), nullable=False),
        sa.Column("statement_en", sa.String(200), nullable=False),
        sa.Column("issuer", sa.String(200), nullable=False),
        sa.Column("signatory_name", sa.String(200), nullable=False),
        sa.Column("signatory_role_nl", sa.String(200), nullable=False),
        sa.Column("signatory_role_en", sa.String(200), nullable=False),
        sa.Column("assessed_nl", sa.String(600), nullable=False),
        sa.Column("assessed_en", sa.String(600), nullable=False),
        sa.Column("months_valid", sa.Integer(), nullable=True),
        sa.Column("eqf", sa.Integer(), nullable=True),
        sa.Column("nlqf", sa.String(20), nullable=False),
        sa.Column("quality_name", sa.String(200), nullable=False),
        sa.Column("quality_url", sa.String(300), nullable=False),
        sa.Column("logo", sa.LargeBinary(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", ID, nullable=True),
        sa.ForeignKeyConstraint(["made_by"], ["accounts_person.id"], name=op.f("fk_certificates_template_made_by_accounts_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificates_template")),
        sa.UniqueConstraint("name", "version", name=op.f("uq_certificates_template_name_version")),
    )  # fmt: skip
    op.create_table(
        "certificates_template_use",
        sa.Column("course_id", ID, autoincrement=False, nullable=False),
        sa.Column("template", sa.String(60), nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["courses_course.id"], name=op.f("fk_certificates_template_use_course_id_courses_course")),
        sa.PrimaryKeyConstraint("course_id", name=op.f("pk_certificates_template_use")),
    )  # fmt: skip
    op.create_table(
        "certificates_status_entry",
        sa.Column("certificate_id", ID, autoincrement=False, nullable=False),
        sa.Column("list", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["certificate_id"], ["certificates_certificate.id"], name="fk_certificates_status_entry_certificate"),
        sa.PrimaryKeyConstraint("certificate_id", name=op.f("pk_certificates_status_entry")),
        sa.UniqueConstraint("list", "place", name=op.f("uq_certificates_status_entry_list_place")),
    )  # fmt: skip
    op.create_table(
        "certificates_proposal",
        sa.Column("certificate_id", ID, autoincrement=False, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proposed_by", ID, nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["certificate_id"], ["certificates_certificate.id"], name="fk_certificates_proposal_certificate"),
        sa.ForeignKeyConstraint(["proposed_by"], ["accounts_person.id"], name=op.f("fk_certificates_proposal_proposed_by_accounts_person")),
        sa.PrimaryKeyConstraint("certificate_id", name=op.f("pk_certificates_proposal")),
    )  # fmt: skip
    op.create_table(
        "certificates_batch",
        sa.Column("id", ID, nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("items", JSON, nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("file", sa.String(80), nullable=False),
        sa.Column("asked_by", ID, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("done BETWEEN 0 AND total", name=op.f("ck_certificates_batch_done_range")),
        sa.CheckConstraint("state IN ('running', 'done')", name=op.f("ck_certificates_batch_state_known")),
        sa.ForeignKeyConstraint(["asked_by"], ["accounts_person.id"], name=op.f("fk_certificates_batch_asked_by_accounts_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificates_batch")),
    )  # fmt: skip


def _fill_certificates() -> None:
    connection = op.get_bind()
    connection.execute(
        sa.text(
            "UPDATE certificates_certificate "
            "SET source = 'course:' || CAST(enrolment_id AS VARCHAR(20)), valid_from = issued_on"
        )
    )
    ids = connection.execute(sa.text("SELECT id FROM certificates_certificate ORDER BY id"))
    chance, taken = secrets.SystemRandom(), dict[int, set[int]]()
    rows = []
    for (number,) in ids:
        used = taken.setdefault(number // LIST_FILL + 1, set())
        place = chance.randrange(LIST_SIZE)
        while place in used:
            place = chance.randrange(LIST_SIZE)
        used.add(place)
        rows.append({"certificate": number, "list": number // LIST_FILL + 1, "place": place})
    if rows:
        connection.execute(
            sa.text(
                "INSERT INTO certificates_status_entry (certificate_id, list, place) "
                "VALUES (:certificate, :list, :place)"
            ),
            rows,
        )


def _chain() -> None:
    connection = op.get_bind()
    found = connection.execute(
        sa.text(
            "SELECT id, certificate_id, at, status, reason, actor_id FROM certificates_history "
            "ORDER BY certificate_id, id"
        )
    ).all()
    rows, before, previous = [], None, ""
    for number, certificate, at, status, reason, actor in found:
        previous = previous if certificate == before else ""
        parts = [previous, certificate, _moment(at), status, reason, actor, None]
        digest = hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()
        rows.append({"id": number, "previous": previous, "hash": digest})
        before, previous = certificate, digest
    if rows:
        statement = (
            "UPDATE certificates_history SET previous = :previous, hash = :hash WHERE id = :id"
        )
        connection.execute(sa.text(statement), rows)


def _moment(at: Any) -> str:
    """Write a moment as certificates.history does; SQLite gives it as text without a zone."""
    moment = datetime.fromisoformat(at) if isinstance(at, str) else at
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC).isoformat()


def _only_append() -> None:
    """Let the database itself refuse to change or remove history (P31)."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION certificates_history_is_kept() RETURNS trigger AS $$ "
            "BEGIN RAISE EXCEPTION 'history is only ever added'; END $$ LANGUAGE plpgsql"
        )
        op.execute(
            "CREATE TRIGGER certificates_history_kept BEFORE UPDATE OR DELETE "
            "ON certificates_history FOR EACH ROW EXECUTE FUNCTION certificates_history_is_kept()"
        )
        return
    for verb in ("update", "delete"):
        op.execute(
            f"CREATE TRIGGER certificates_history_no_{verb} BEFORE {verb.upper()} "
            "ON certificates_history BEGIN SELECT RAISE(ABORT, 'history is only ever added'); END"
        )


def _append_or_change() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER certificates_history_kept ON certificates_history")
        op.execute("DROP FUNCTION certificates_history_is_kept()")
        return
    for verb in ("update", "delete"):
        op.execute(f"DROP TRIGGER certificates_history_no_{verb}")
