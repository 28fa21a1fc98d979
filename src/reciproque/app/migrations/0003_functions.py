"""The shared list of functions."""

from typing import Any

from django.db import migrations

FUNCTIONS = [
    ("general-management", "Direction générale", "General management"),
    ("strategy", "Stratégie", "Strategy"),
    ("purchasing", "Achats", "Purchasing"),
    ("sales", "Ventes", "Sales"),
    ("rd", "Recherche et développement", "Research and development"),
    ("production", "Production", "Production"),
    ("quality", "Qualité", "Quality"),
    ("logistics", "Logistique", "Logistics"),
    ("users", "Utilisateurs", "Users"),
    ("finance", "Finance", "Finance"),
    ("legal", "Juridique", "Legal"),
    ("it", "Informatique", "IT"),
]


def create(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.alias != "default":
        return
    function = apps.get_model("app", "Function")
    for rank, (code, french, english) in enumerate(FUNCTIONS, start=1):
        function.objects.get_or_create(
            code=code, organisation=None, defaults={"name_fr": french, "name_en": english, "rank": rank * 10}
        )


class Migration(migrations.Migration):
    dependencies = [("app", "0002_ballot_store")]
    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
