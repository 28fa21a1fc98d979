"""The settings under test: the product's own, on a throw-away data folder, with cheap passwords and phrases."""

import os
import tempfile

os.environ["RECIPROQUE_DATA"] = tempfile.mkdtemp(prefix="reciproque-test-")
os.environ.setdefault("RECIPROQUE_PHRASE_MEMORY_MIB", "1")
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
for name in ("RECIPROQUE_DEMO", "RECIPROQUE_SIMULATE", "RECIPROQUE_URL", "SMTP_HOST"):
    os.environ.pop(name, None)

from reciproque.config.settings import *  # noqa: E402, F403
from reciproque.config.settings import ALLOWED_HOSTS  # noqa: E402

ALLOWED_HOSTS = [*ALLOWED_HOSTS, "testserver"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
