"""What a screen does with an action that a rule may forbid: say why, and lose nothing of what was typed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest

from reciproque.app.shared.errors import Refused


def try_action(form: BaseForm, action: Callable[..., Any], /, **arguments: Any) -> Any:
    """Call the action; a refusal becomes an error of the form. What was made, or True; None when refused."""
    try:
        return action(**arguments) or True
    except Refused as refusal:
        form.add_error(None, refusal.message)
        return None


def act(request: HttpRequest, sentence: str, action: Callable[..., Any], /, **arguments: Any) -> bool:
    """Call the action, and say what was done or why it was refused."""
    try:
        action(**arguments)
    except Refused as refusal:
        messages.error(request, refusal.message)
        return False
    messages.success(request, sentence)
    return True
