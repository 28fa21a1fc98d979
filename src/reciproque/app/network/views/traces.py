"""Ties that a calendar or mail headers show: the file is read while it arrives, its lines wait in the page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST

from reciproque.app.directory.access import SignedIn
from reciproque.app.directory.models import Person
from reciproque.app.network import access
from reciproque.app.network.access import Seated
from reciproque.app.network.actions.traces import keep_traces, note_consent
from reciproque.app.network.forms.traces import TraceForm, TraceLine
from reciproque.app.network.forms.web import ShownForm
from reciproque.app.network.queries import halves
from reciproque.app.network.queries.traces import (
    Proposed,
    of_the_other_company,
    opposite_domains,
    packed,
    proposals,
    unpacked,
)
from reciproque.app.network.traces.facts import Unreadable
from reciproque.app.network.traces.reading import Tally, tally
from reciproque.app.network.uploads import ReadTrace
from reciproque.app.network.views.web import context_of
from reciproque.app.shared import clock
from reciproque.app.shared.audit import actor
from reciproque.app.shared.errors import Refused

HOURS = 3


@csrf_exempt
def web_traces(request: SignedIn, key: str) -> HttpResponse:
    """The reader of the file has to be in place before anything looks at the request, the form token included."""
    request.upload_handlers = [ReadTrace(request)]
    return _web_traces(request, key)


@csrf_protect
def _web_traces(request: SignedIn, key: str) -> HttpResponse:
    seat = access.seat_for(request.user, key)
    access.require(seat.declares)
    people = halves.people_to_choose(seat)
    own = request.user.person
    first = {"domains": ", ".join(opposite_domains(seat)), "person": str(own.pk) if own else ""}
    form = TraceForm(request.POST or None, request.FILES or None, people=people, initial=first)
    if form.is_valid():
        try:
            return _preview(request, seat, form)
        except Unreadable as error:
            form.add_error("file", why(error.code))
    return render(request, "network/trace_new.html", context_of(seat, form=form, has_people=bool(people)))


def _preview(request: SignedIn, seat: Seated, form: TraceForm) -> HttpResponse:
    """Read, count, and show. Nothing of the file is kept; that its owner agrees is recorded."""
    said = form.cleaned_data
    reader = said["file"].trace.close()
    last = clock.today()
    found = tally(reader, said["addresses"], last - timedelta(days=round(said["months"] * 30.4375)), last)
    if not found.exchanges:
        raise Unreadable("nobody")
    person: Person = said["person"]
    note_consent(
        by=actor(request.user), relationship=seat.relationship, side=seat.own_side, person=person, kind=found.kind
    )
    opposite, colleagues, others = of_the_other_company(seat, found, said["domains"])
    shown = proposals(seat, person, opposite, colleagues=colleagues, others=others)
    carried = {"person": person.pk, "kind": found.kind, "rows": packed(opposite)}
    content = signing.dumps(carried, salt=_salt(request, seat), compress=True)
    return _page(request, seat, person, shown, content, None, found)


def _salt(request: SignedIn, seat: Seated) -> str:
    return f"network.traces:{request.user.key}:{seat.relationship.key}:{seat.own_side}"


def _lines(request: SignedIn, shown: Proposed, *, bound: bool) -> list[TraceLine]:
    functions = {function.code: function for function in halves.shared_functions()}
    data = request.POST if bound else None
    return [
        TraceLine(data, prefix=f"line{number}", proposal=line, functions=functions)
        for number, line in enumerate(shown.lines)
    ]


def _page(
    request: SignedIn, seat: Seated, person: Person, shown: Proposed, content: str,
    forms: tuple[list[TraceLine], ShownForm] | None, found: Tally | None = None, status: int = 200,
) -> HttpResponse:  # fmt: skip
    lines, audience = forms or (_lines(request, shown, bound=False), ShownForm())
    more: dict[str, Any] = {
        "person": person,
        "shown": shown,
        "lines": lines,
        "audience": audience,
        "content": content,
        "found": found,
    }
    return render(request, "network/trace_preview.html", context_of(seat, **more), status=status)


@require_POST
def web_traces_keep(request: SignedIn, key: str) -> HttpResponse:
    """The ticked lines become declarations; everything else is gone with the page."""
    seat = access.seat_for(request.user, key)
    access.require(seat.declares)
    try:
        person, kind, shown = _carried(request, seat)
    except (signing.BadSignature, KeyError, TypeError, ValueError):
        messages.error(request, _("This preview is too old, or was altered on the way. Choose the file again."))
        return redirect("web-traces", key)
    lines, audience = _lines(request, shown, bound=True), ShownForm(request.POST)
    if all([*(line.is_valid() for line in lines), audience.is_valid()]):
        chosen = [line for line in lines if line.cleaned_data["keep"]]
        if _kept(request, seat, person, kind, chosen, audience):
            return redirect("web-ties", key)
    content = request.POST["content"]
    return _page(request, seat, person, shown, content, (lines, audience), status=422)


def _carried(request: SignedIn, seat: Seated) -> tuple[Person, str, Proposed]:
    """What waited in the page, set against the half as it stands now."""
    carried = signing.loads(request.POST.get("content", ""), salt=_salt(request, seat), max_age=HOURS * 3600)
    person = next(one for one in [*halves.people_to_choose(seat), None] if one is None or one.pk == carried["person"])
    if person is None:
        raise ValueError("person")
    return person, str(carried["kind"]), proposals(seat, person, unpacked(carried["rows"]))


def _kept(
    request: SignedIn, seat: Seated, person: Person, kind: str, chosen: list[TraceLine], audience: ShownForm
) -> bool:
    if not chosen:
        audience.add_error(None, _("Tick at least one line, or leave this page: nothing is kept."))
        return False
    ties = [line.said(person, audience.cleaned_data["shown"], clock.today()) for line in chosen]
    try:
        keep_traces(
            by=actor(request.user), relationship=seat.relationship, side=seat.own_side, person=person, kind=kind,
            ties=ties,
        )  # fmt: skip
    except Refused as refusal:
        audience.add_error(None, refusal.message)
        return False
    said = ngettext("%(count)s tie is in your half.", "%(count)s ties are in your half.", len(ties))
    messages.success(request, said % {"count": len(ties)})
    return True


def why(code: str) -> str:
    """Why a file cannot be read, and what to do."""
    return {
        "too_large": _("This file is larger than 100 MB. Export a shorter period, or the headers only."),
        "compressed": _("This file is compressed. Unpack it, then choose the calendar or the mailbox inside."),
        "encoding": _("This file is written in UTF-16. Export it again in UTF-8."),
        "cut": _("This calendar stops before its end: the export did not finish. Export it again."),
        "empty": _("This file holds no meeting and no message that can be read."),
        "endless": _("The meetings of this calendar repeat too often to be counted. Export a shorter period."),
        "too_many": _("This file holds too many messages or meetings. Export a shorter period."),
        "nobody": _(
            "In this period, nothing in this file was exchanged by the addresses given. Add the other addresses under "
            "which this person writes, or choose a longer period."
        ),
    }.get(code, _("This is neither a calendar (.ics) nor mail headers (mbox). Choose such a file."))
