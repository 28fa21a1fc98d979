"""System checks: what is wrong with an installation, and how to mend it. Shown by ``reciproque check`` and at start."""

from typing import Any

from django.conf import settings
from django.core.checks import Warning, register


@register()
def installation(app_configs: Any, **kwargs: Any) -> list[Any]:
    found: list[Any] = []
    if not (settings.PACKAGE_DIR / "static/built/.vite/manifest.json").exists():
        found.append(
            Warning("The pages' styles and scripts are not built.", hint="Run `make assets`.", id="reciproque.W001")
        )
    return found
