"""Letters that other capabilities write: each makes the text of its own kind of mail, when the mail leaves."""

from __future__ import annotations

from collections.abc import Callable

from reciproque.app.survey.mail.letters import Letter
from reciproque.app.survey.models import OutboxMail

Maker = Callable[[OutboxMail], Letter | None]
"""The letter as it stands now, or None when it is no longer wanted."""

MAKERS: dict[str, Maker] = {}
"""By kind of mail; filled once, when the application starts."""
