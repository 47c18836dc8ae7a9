"""What Django has no portable words for: the full-text index of each database, and an audit trail nobody can rewrite."""

from django.db import migrations

SQLITE = [
    """CREATE VIRTUAL TABLE portal_searchpassage_fts USING fts5(
        tokens, content='portal_searchpassage', content_rowid='id', tokenize='unicode61')""",
    """CREATE TRIGGER portal_searchpassage_ai AFTER INSERT ON portal_searchpassage BEGIN
        INSERT INTO portal_searchpassage_fts(rowid, tokens) VALUES (new.id, new.tokens); END""",
    """CREATE TRIGGER portal_searchpassage_ad AFTER DELETE ON portal_searchpassage BEGIN
        INSERT INTO portal_searchpassage_fts(portal_searchpassage_fts, rowid, tokens) VALUES ('delete', old.id, old.tokens); END""",
    """CREATE TRIGGER portal_searchpassage_au AFTER UPDATE OF tokens ON portal_searchpassage BEGIN
        INSERT INTO portal_searchpassage_fts(portal_searchpassage_fts, rowid, tokens) VALUES ('delete', old.id, old.tokens);
        INSERT INTO portal_searchpassage_fts(rowid, tokens) VALUES (new.id, new.tokens); END""",
    """CREATE TRIGGER portal_auditrow_no_update BEFORE UPDATE ON portal_auditrow BEGIN
        SELECT RAISE(ABORT, 'the audit trail is append-only'); END""",
    """CREATE TRIGGER portal_auditrow_no_delete BEFORE DELETE ON portal_auditrow BEGIN
        SELECT RAISE(ABORT, 'the audit trail is append-only'); END""",
]
SQLITE_BACK = [
    "DROP TRIGGER portal_auditrow_no_delete",
    "DROP TRIGGER portal_auditrow_no_update",
    "DROP TRIGGER portal_searchpassage_au",
    "DROP TRIGGER portal_searchpassage_ad",
    "DROP TRIGGER portal_searchpassage_ai",
    "DROP TABLE portal_searchpassage_fts",
]
POSTGRESQL = [
    """ALTER TABLE portal_searchpassage ADD COLUMN tsv tsvector
        GENERATED ALWAYS AS (to_tsvector('simple', tokens)) STORED""",
    "CREATE INDEX portal_searchpassage_tsv ON portal_searchpassage USING gin (tsv)",
    """CREATE FUNCTION portal_audit_append_only() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'the audit trail is append-only'; END $$""",
    """CREATE TRIGGER portal_auditrow_append_only BEFORE UPDATE OR DELETE ON portal_auditrow
        FOR EACH ROW EXECUTE FUNCTION portal_audit_append_only()""",
]
POSTGRESQL_BACK = [
    "DROP TRIGGER portal_auditrow_append_only ON portal_auditrow",
    "DROP FUNCTION portal_audit_append_only()",
    "DROP INDEX portal_searchpassage_tsv",
    "ALTER TABLE portal_searchpassage DROP COLUMN tsv",
]


def _run(schema_editor, sqlite, postgresql):
    for statement in sqlite if schema_editor.connection.vendor == "sqlite" else postgresql:
        schema_editor.execute(statement)


def forwards(apps, schema_editor):
    _run(schema_editor, SQLITE, POSTGRESQL)


def backwards(apps, schema_editor):
    _run(schema_editor, SQLITE_BACK, POSTGRESQL_BACK)


class Migration(migrations.Migration):
    dependencies = [("portal", "0001_people_and_records")]

    operations = [migrations.RunPython(forwards, backwards)]
