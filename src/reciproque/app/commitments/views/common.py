"""What the screens about promises share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect

from reciproque.app.commitments.access import Chair
from reciproque.app.commitments.models import Commitment
from reciproque.app.directory.access import SignedIn
from reciproque.app.shared.audit import actor
from reciproque.app.shared.refusals import act


def context_of(chair: Chair, **more: Any) -> dict[str, Any]:
    known = {"chair": chair, "relationship": chair.relationship, "step": "act", "active_nav": "relationships"}
    return {**known, **more}


def done(
    request: SignedIn, commitment: Commitment, said: str, action: Callable[..., object], /, **arguments: Any
) -> HttpResponse:
    """Act, say what happened or why not, and show the promise again."""
    act(request, said, action, by=actor(request.user), **arguments)
    return redirect("commitment", commitment.key)
