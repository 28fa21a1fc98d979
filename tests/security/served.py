"""The settings as an installation behind https has them: read in a process of its own, once."""

import json
import os
import subprocess
import sys
import tempfile
from functools import cache

SHOWN = """
import json, sys
from reciproque.config import settings as s
print(json.dumps({name: getattr(s, name) for name in dir(s) if name.isupper()}, default=lambda value: ""))
"""


@cache
def behind_https(**environment: str) -> dict:
    with tempfile.TemporaryDirectory() as folder:
        variables = {"RECIPROQUE_URL": "https://trust.example.test", "RECIPROQUE_DATA": folder, **environment}
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("RECIPROQUE", "SMTP"))}
        done = subprocess.run(
            [sys.executable, "-c", SHOWN], env={**clean, **variables}, capture_output=True, check=True, text=True
        )
        return json.loads(done.stdout)
