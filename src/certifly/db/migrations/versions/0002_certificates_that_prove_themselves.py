"""Keys, editions, events, and what can become of a certificate after it was issued.

Safe while the previous release is still running: new columns are nullable or have a default, and the old code
names none of them. What it issues meanwhile is signed when this release first produces or is asked for it.
"""

import sqlalchemy as sa
from alembic import op

from certifly.db.types import BigId, JSONValue, UTCDateTime

revision = "0002"
down_revision = "0001"

TENANT_TABLES = ("certificate_events", "editions", "signing_keys")
WITHDRAWN = "revoked_at IS NOT NULL OR replaced_at IS NOT NULL OR suspended_at IS NOT NULL"


def upgrade() -> None:
    for column in (
        sa.Column("svg_digest", sa.String(length=80), nullable=True),
        sa.Column("preview_digests", JSONValue, nullable=True),
        sa.Column("edition", sa.Integer(), server_default="1", nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=True),
        sa.Column("revoked_at", UTCDateTime(), nullable=True),
        sa.Column("revocation_reason", sa.String(length=500), nullable=True),
        sa.Column("suspended_at", UTCDateTime(), nullable=True),
        sa.Column("suspension_reason", sa.String(length=500), nullable=True),
        sa.Column("replaces_id", BigId, nullable=True),
        sa.Column("successor_id", BigId, nullable=True),
        sa.Column("replaced_at", UTCDateTime(), nullable=True),
        sa.Column("erased_at", UTCDateTime(), nullable=True),
    ):
        op.add_column("certificates", column)
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
    own = "tenant_id = NULLIF(current_setting('certifly.tenant', true), '')::bigint"
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY tenant_rows ON {table} USING ({own}) WITH CHECK ({own})")
