"""What several screens of the portfolio do alike."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render


def page(request: HttpRequest, template: str, **context: Any) -> HttpResponse:
    return render(request, template, {**context, "active_nav": "portfolio"})


def done(request: HttpRequest, sentence: str, to: str, *args: Any) -> HttpResponse:
    messages.success(request, sentence)
    return redirect(to, *args)
