"""A data folder of its own for a part that works inside the product's process. Import it before anything of Django.

With DATABASE_URL set (tools/with_postgres.sh), the databases are there; secrets and locks stay in the folder.
"""

import atexit
import os
import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))  # personas, wave_steps, attack/
os.environ |= {
    "RECIPROQUE_DATA": tempfile.mkdtemp(prefix="reciproque-proof-"),
    "RECIPROQUE_PHRASE_MEMORY_MIB": "1",
    "DJANGO_SETTINGS_MODULE": "reciproque.config.settings",
}
for name in ("RECIPROQUE_DEMO", "RECIPROQUE_URL", "SMTP_HOST"):
    os.environ.pop(name, None)

import django

django.setup()

from reciproque.cli.prepare import prepare

FOLDER = Path(os.environ["RECIPROQUE_DATA"])
prepare()
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)
