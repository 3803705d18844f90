"""Every table.

On PostgreSQL the tenants' tables are under row-level security, for their owner too: a connection that has not
said which tenant it works for sees nothing. A later migration that must touch rows of all tenants lifts
``FORCE`` for its own transaction.
"""

import sqlalchemy as sa
from alembic import op

from certifly.db.types import BigId, JSONValue, UTCDateTime

revision = "0001"
down_revision = None

TENANT_TABLES = (
    "assets",
    "certificate_events",
    "certificates",
    "counters",
    "editions",
    "email_attempts",
    "emails",
    "idempotency_records",
    "signing_keys",
    "template_versions",
    "templates",
)
WITHDRAWN = "revoked_at IS NOT NULL OR replaced_at IS NOT NULL OR suspended_at IS NOT NULL"


def upgrade() -> None:
    op.create_table(
        "tenants",
        sa.Column("id", BigId, nullable=False),
        sa.Column("slug", sa.String(length=63), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tenants")),
        sa.UniqueConstraint("slug", name=op.f("uq_tenants_slug")),
    )
    op.create_table(
        "assets",
        sa.Column("tenant_id", BigId, autoincrement=False, nullable=False),
        sa.Column("digest", sa.String(length=71), nullable=False),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_assets_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "digest", name=op.f("pk_assets")),
    )
    op.create_table(
        "certificate_codes",
        sa.Column("code", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", BigId, nullable=False),
        sa.Column("certificate_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_certificate_codes_tenant_id")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_certificate_codes")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "counters",
        sa.Column("tenant_id", BigId, autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", BigId, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_counters_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "name", name=op.f("pk_counters")),
    )
    op.create_table(
        "idempotency_records",
        sa.Column("tenant_id", BigId, autoincrement=False, nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_idempotency_records_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "key", name=op.f("pk_idempotency_records")),
    )
    op.create_index(
        "ix_idempotency_records_created", "idempotency_records", ["tenant_id", "created_at"], unique=False
    )
    op.create_table(
        "templates",
        sa.Column("tenant_id", BigId, autoincrement=False, nullable=False),
        sa.Column("id", BigId, autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("document", JSONValue, nullable=False),
        sa.Column("document_digest", sa.String(length=64), nullable=False),
        sa.Column("published_version", sa.Integer(), nullable=True),
        sa.Column("published_digest", sa.String(length=64), nullable=True),
        sa.Column("published_at", UTCDateTime(), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("updated_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_templates_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_templates")),
    )
    op.create_table(
        "tokens",
        sa.Column("id", BigId, nullable=False),
        sa.Column("tenant_id", BigId, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("hint", sa.String(length=4), nullable=False),
        sa.Column("scopes", JSONValue, nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=True),
        sa.Column("revoked_at", UTCDateTime(), nullable=True),
        sa.Column("last_used_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_tokens_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tokens")),
        sa.UniqueConstraint("digest", name=op.f("uq_tokens_digest")),
    )
    op.create_index(op.f("ix_tokens_tenant_id"), "tokens", ["tenant_id"], unique=False)
    op.create_table(
        "template_versions",
        sa.Column("tenant_id", BigId, autoincrement=False, nullable=False),
        sa.Column("template_id", BigId, autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("document", JSONValue, nullable=False),
        sa.Column("document_digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "template_id"],
            ["templates.tenant_id", "templates.id"],
            name=op.f("fk_template_versions_tenant_id_template_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_template_versions_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "template_id", "number", name=op.f("pk_template_versions")),
    )
    op.create_table(
        "certificates",
        sa.Column("tenant_id", BigId, autoincrement=False, nullable=False),
        sa.Column("id", BigId, autoincrement=False, nullable=False),
        sa.Column("code", sa.Uuid(), nullable=False),
        sa.Column("template_id", BigId, nullable=False),
        sa.Column("template_version", sa.Integer(), nullable=False),
        sa.Column("data", JSONValue, nullable=False),
        sa.Column("drawing", JSONValue, nullable=False),
        sa.Column("check_url", sa.Text(), nullable=False),
        sa.Column("issuer_name", sa.String(length=200), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("updated_at", UTCDateTime(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column("pdf_digest", sa.String(length=80), nullable=True),
        sa.Column("png_digest", sa.String(length=80), nullable=True),
        sa.Column("svg_digest", sa.String(length=80), nullable=True),
        sa.Column("preview_digests", JSONValue, nullable=True),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=True),
        sa.Column("revoked_at", UTCDateTime(), nullable=True),
        sa.Column("revocation_reason", sa.String(length=500), nullable=True),
        sa.Column("suspended_at", UTCDateTime(), nullable=True),
        sa.Column("suspension_reason", sa.String(length=500), nullable=True),
        sa.Column("replaces_id", BigId, nullable=True),
        sa.Column("successor_id", BigId, nullable=True),
        sa.Column("replaced_at", UTCDateTime(), nullable=True),
        sa.Column("erased_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "template_id", "template_version"],
            ["template_versions.tenant_id", "template_versions.template_id", "template_versions.number"],
            name=op.f("fk_certificates_tenant_id_template_id_template_version"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_certificates_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_certificates")),
    )
    op.create_index(
        "ix_certificates_created", "certificates", ["tenant_id", "created_at", "id"], unique=False
    )
    op.create_index(
        "ix_certificates_failed",
        "certificates",
        ["tenant_id", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'failed'"),
        postgresql_where=sa.text("state = 'failed'"),
    )
    op.create_index(
        "ix_certificates_template",
        "certificates",
        ["tenant_id", "template_id", "created_at", "id"],
        unique=False,
    )
    op.create_table(
        "emails",
        sa.Column("tenant_id", BigId, autoincrement=False, nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("certificate_id", BigId, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("recipient", sa.String(length=320), nullable=True),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("message_id", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("queued_at", UTCDateTime(), nullable=False),
        sa.Column("updated_at", UTCDateTime(), nullable=False),
        sa.Column("released_at", UTCDateTime(), nullable=True),
        sa.Column("sent_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "certificate_id"],
            ["certificates.tenant_id", "certificates.id"],
            name=op.f("fk_emails_tenant_id_certificate_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_emails_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_emails")),
    )
    op.create_index(
        "ix_emails_certificate", "emails", ["tenant_id", "certificate_id", "queued_at"], unique=False
    )
    op.create_index(
        "ix_emails_unsettled",
        "emails",
        ["tenant_id", "status", "queued_at"],
        unique=False,
        sqlite_where=sa.text("status IN ('held', 'failed')"),
        postgresql_where=sa.text("status IN ('held', 'failed')"),
    )
    op.create_table(
        "email_attempts",
        sa.Column("tenant_id", BigId, autoincrement=False, nullable=False),
        sa.Column("email_id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("started_at", UTCDateTime(), nullable=False),
        sa.Column("finished_at", UTCDateTime(), nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.Column("smtp_code", sa.Integer(), nullable=True),
        sa.Column("reply", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "email_id"],
            ["emails.tenant_id", "emails.id"],
            name=op.f("fk_email_attempts_tenant_id_email_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_email_attempts_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "email_id", "number", name=op.f("pk_email_attempts")),
    )
    op.create_index(
        "ix_certificates_withdrawn",
        "certificates",
        ["tenant_id", "id"],
        unique=False,
        sqlite_where=sa.text(WITHDRAWN),
        postgresql_where=sa.text(WITHDRAWN),
    )
    op.create_table(
        "signing_keys",
        sa.Column("tenant_id", BigId, autoincrement=False, nullable=False),
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("algorithm", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("public_key", sa.LargeBinary(), nullable=True),
        sa.Column("chain", sa.Text(), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("kept_since", UTCDateTime(), nullable=True),
        sa.Column("withdrawn_at", UTCDateTime(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_signing_keys_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_signing_keys")),
    )
    op.create_table(
        "editions",
        sa.Column("tenant_id", BigId, autoincrement=False, nullable=False),
        sa.Column("certificate_id", BigId, autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("signed_at", UTCDateTime(), nullable=False),
        sa.Column("proof_key", sa.String(length=40), nullable=False),
        sa.Column("token_key", sa.String(length=40), nullable=False),
        sa.Column("seal_key", sa.String(length=40), nullable=False),
        sa.Column("credential", sa.Text(), nullable=True),
        sa.Column("credential_jwt", sa.Text(), nullable=True),
        sa.Column("pdf_digest", sa.String(length=80), nullable=True),
        sa.Column("salt", sa.String(length=64), nullable=True),
        sa.Column("pdf_salted", sa.String(length=64), nullable=True),
        sa.Column("credential_salted", sa.String(length=64), nullable=True),
        sa.Column("superseded_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "certificate_id"],
            ["certificates.tenant_id", "certificates.id"],
            name=op.f("fk_editions_tenant_id_certificate_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_editions_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "certificate_id", "number", name=op.f("pk_editions")),
    )
    op.create_table(
        "certificate_events",
        sa.Column("tenant_id", BigId, autoincrement=False, nullable=False),
        sa.Column("certificate_id", BigId, autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("happened_at", UTCDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("other_id", BigId, nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "certificate_id"],
            ["certificates.tenant_id", "certificates.id"],
            name=op.f("fk_certificate_events_tenant_id_certificate_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_certificate_events_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "certificate_id", "number", name=op.f("pk_certificate_events")),
    )

    if op.get_bind().dialect.name == "postgresql":
        for table in TENANT_TABLES:
            _secure_rows(table)


def _secure_rows(table: str) -> None:
    # Unset or empty, the setting compares as NULL: no row is seen, none can be written.
    own = "tenant_id = NULLIF(current_setting('certifly.tenant', true), '')::bigint"
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY tenant_rows ON {table} USING ({own}) WITH CHECK ({own})")
