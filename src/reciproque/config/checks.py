"""System checks: what is wrong with an installation, and how to mend it. Shown by ``reciproque check`` and at start."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, register
from django.core.checks import Warning as CheckWarning

AGAIN = "Install the wheel again; from the source tree, run `make assets messages`."


@register()
def built(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """What a wheel carries and a source tree must make."""
    found: list[CheckMessage] = []
    if not (settings.PACKAGE_DIR / "static/built/.vite/manifest.json").exists():
        found.append(CheckWarning("The pages' styles and scripts are not built.", hint=AGAIN, id="reciproque.W001"))
    if not (settings.PACKAGE_DIR / "locale/fr/LC_MESSAGES/django.mo").exists():
        found.append(
            CheckWarning(
                "The French catalogue is not compiled: every page is English.", hint=AGAIN, id="reciproque.W002"
            )
        )
    return found
