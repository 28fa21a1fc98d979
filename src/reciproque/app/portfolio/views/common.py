"""What several screens of the portfolio do alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from reciproque.app.shared.errors import Refused


def page(request: HttpRequest, template: str, **context: Any) -> HttpResponse:
    return render(request, template, {**context, "active_nav": "portfolio"})


def try_action(form: Form, action: Callable[..., Any], **arguments: Any) -> bool:
    """Call the action; a refusal becomes an error of the form, so that nothing typed is lost."""
    try:
        action(**arguments)
    except Refused as refusal:
        form.add_error(None, refusal.message)
        return False
    return True


def act(request: HttpRequest, sentence: str, action: Callable[..., Any], **arguments: Any) -> None:
    """Call the action, and say what was done or why it was refused."""
    try:
        action(**arguments)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, sentence)


def done(request: HttpRequest, sentence: str, to: str, *args: Any) -> HttpResponse:
    messages.success(request, sentence)
    return redirect(to, *args)
