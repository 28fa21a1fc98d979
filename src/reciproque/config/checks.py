"""System checks: what is wrong with an installation, and how to mend it. Shown by ``reciproque check`` and at start."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, register
from django.core.checks import Warning as CheckWarning


@register()
def installation(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    if not (settings.PACKAGE_DIR / "static/built/.vite/manifest.json").exists():
        found.append(
            CheckWarning(
                "The pages' styles and scripts are not built.", hint="Run `make assets`.", id="reciproque.W001"
            )
        )
    return found
