"""The screen of the room: what everybody sees, read from five metres. No controls, so nothing to hide behind it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from reciproque.app.dialogue.access import session_for
from reciproque.app.dialogue.models import Session, SessionState
from reciproque.app.dialogue.queries import live as query
from reciproque.app.dialogue.queries.square import square
from reciproque.app.directory.access import SignedIn

WAITING = "0."


@require_safe
def room(request: SignedIn, key: str) -> HttpResponse:
    """For the computer of the projector, signed in as anybody of the relationship."""
    session = session_for(request.user, key).session
    return render(request, "dialogue/live_room.html", _context(session))


@require_safe
def room_now(request: SignedIn, key: str) -> HttpResponse:
    session = session_for(request.user, key).session
    if request.GET.get("at", "") == _stamp(session):
        return HttpResponse(status=204)
    return render(request, "dialogue/live_room_now.html", {**_context(session), "oob": True})


def _stamp(session: Session) -> str:
    live = query.live_of(session)
    if live is None:
        return f"{session.state}{WAITING}"
    here = query.presence(session, live).here if live.participants_step == 0 else {}
    numbers = "".join(f"-{done}" for done, _asked in here.values())
    return f"{numbers}{query.stamp(session, live)}"


def _context(session: Session) -> dict[str, Any]:
    live = query.live_of(session)
    address = settings.BASE_URL + reverse("room-join", args=[session.room_code])
    return {
        "session": session,
        "relationship": None,
        "client": session.relationship.client,
        "supplier": session.relationship.supplier,
        "scene": query.scene(session, live) if live and session.state == SessionState.LIVE else None,
        "presence": query.presence(session, live) if live else None,
        "square": square(address),
        "address": address.partition("://")[2],
        "code": session.room_code.upper(),
        "stamp": _stamp(session),
        "poll_url": reverse("room-now", args=[session.key]),
    }
