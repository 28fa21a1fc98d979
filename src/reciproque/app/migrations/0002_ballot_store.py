"""The ballot store: two tables in their own database. On SQLite they are WITHOUT ROWID, so no order of arrival exists."""

from django.db import migrations

COLUMNS = """
    {key} NOT NULL PRIMARY KEY,
    wave_id bigint NOT NULL,
    side varchar(8) NOT NULL,
    box_client {bytes} NOT NULL,
    box_supplier {bytes} NOT NULL,
    body {bytes} NOT NULL
"""


def create(apps, schema_editor):
    if schema_editor.connection.alias != "ballots":
        return
    sqlite = schema_editor.connection.vendor == "sqlite"
    kind, end = ("blob", " WITHOUT ROWID") if sqlite else ("bytea", "")
    for table, key in (("ballot", "slot varchar(64)"), ("sealed_ballot", "draw varchar(32)")):
        schema_editor.execute(f"CREATE TABLE {table} ({COLUMNS.format(key=key, bytes=kind)}){end}")
        schema_editor.execute(f"CREATE INDEX {table}_wave ON {table} (wave_id, side)")


def drop(apps, schema_editor):
    if schema_editor.connection.alias == "ballots":
        schema_editor.execute("DROP TABLE ballot")
        schema_editor.execute("DROP TABLE sealed_ballot")


class Migration(migrations.Migration):
    dependencies = [("app", "0001_initial")]
    operations = [migrations.RunPython(create, drop, hints={"store": "ballots"})]
