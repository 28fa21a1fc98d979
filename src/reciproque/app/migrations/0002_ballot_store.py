"""The ballot store: three tables in their own database. On SQLite they are WITHOUT ROWID, so no order of arrival exists."""

from typing import Any

from django.db import migrations, models

COLUMNS = """
    {key} NOT NULL PRIMARY KEY,
    wave_id bigint NOT NULL,
    side varchar(8) NOT NULL,
    box_client {bytes} NOT NULL,
    box_supplier {bytes} NOT NULL,
    body {bytes} NOT NULL
"""


def create(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.alias != "ballots":
        return
    sqlite = schema_editor.connection.vendor == "sqlite"
    kind, end = ("blob", " WITHOUT ROWID") if sqlite else ("bytea", "")
    schema_editor.execute("CREATE TABLE shut_urn (wave_id bigint NOT NULL PRIMARY KEY, stage varchar(10) NOT NULL)")
    for table, key in (("ballot", "slot varchar(64)"), ("sealed_ballot", "draw varchar(32)")):
        schema_editor.execute(f"CREATE TABLE {table} ({COLUMNS.format(key=key, bytes=kind)}){end}")
        schema_editor.execute(f"CREATE INDEX {table}_wave ON {table} (wave_id, side)")


def drop(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.alias == "ballots":
        schema_editor.execute("DROP TABLE ballot")
        schema_editor.execute("DROP TABLE sealed_ballot")
        schema_editor.execute("DROP TABLE shut_urn")


class Migration(migrations.Migration):
    dependencies = [("app", "0001_initial")]
    operations = [
        migrations.CreateModel(
            name="ShutUrn",
            fields=[
                ("wave_id", models.BigIntegerField(primary_key=True, serialize=False)),
                (
                    "stage",
                    models.CharField(
                        max_length=10,
                        choices=[("shut", "Shut"), ("mixed", "Mixed"), ("destroyed", "Destroyed")],
                        default="shut",
                    ),
                ),
            ],
            options={"db_table": "shut_urn", "managed": False},
        ),
        migrations.RunPython(create, drop, hints={"store": "ballots"}),
    ]
