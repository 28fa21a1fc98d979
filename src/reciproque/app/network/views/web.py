"""The web of a relationship: the page, its documents, and the agreement that lays both halves side by side."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from reciproque.app.directory.access import SignedIn
from reciproque.app.network import access
from reciproque.app.network.access import Seated
from reciproque.app.network.actions.halves import recognise, say_ready
from reciproque.app.network.forms.web import MeantForm, Period
from reciproque.app.network.queries import halves
from reciproque.app.network.queries.material import Material, material
from reciproque.app.network.queries.page import Chosen, web_page
from reciproque.app.shared import clock
from reciproque.app.shared.audit import actor
from reciproque.app.shared.errors import Refused
from reciproque.reports import web_pdf, web_xlsx

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def context_of(seat: Seated, **more: Any) -> dict[str, Any]:
    known = {"seat": seat, "relationship": seat.relationship, "step": "map", "active_nav": "relationships"}
    return {**known, **more}


def shown_side(request: SignedIn, seat: Seated) -> str | None:
    """Which web is asked for: "" for the joint one, a side for its half, None when there is nothing to show yet."""
    wanted = request.GET.get("half", "")
    if wanted:
        access.require(wanted in seat.halves)
        return wanted
    if seat.compared:
        return ""
    return seat.own_side or None


def shown_material(seat: Seated, side: str, period: Period) -> Material:
    rows = access.half(seat, side) if side else access.joint(seat.relationship)
    compared_at = None if side else seat.state.compared_at
    return material(seat.relationship, rows, on=period.on, half=side, compared_at=compared_at)


def _chosen(request: SignedIn, found: Material) -> Chosen:
    """The functions asked for; one that the web does not have asks for nothing."""
    wanted = [request.GET.get(side, "") for side in ("client", "supplier")]
    return Chosen(*(code if code in found.functions else "" for code in wanted))


@require_safe
def web(request: SignedIn, key: str) -> HttpResponse:
    seat = access.seat_for(request.user, key)
    side = shown_side(request, seat)
    more: dict[str, Any] = {"statuses": halves.half_statuses(seat), "side": side}
    if side is not None:
        period = Period(request.GET.get("at", ""), clock.today())
        found = shown_material(seat, side, period)
        more |= _page(request, seat, found, period, side)
    return render(request, "network/web.html", context_of(seat, **more))


def _page(request: SignedIn, seat: Seated, found: Material, period: Period, side: str) -> dict[str, Any]:
    address = reverse("web", args=[seat.relationship.key])
    kept = {"half": side if request.GET.get("half") else "", "at": period.back or ""}
    query = "&".join(f"{name}={value}" for name, value in kept.items() if value)
    chosen = _chosen(request, found)
    names = halves.unknown_names(seat, found) if seat.compared and seat.decides and not side else []
    people = halves.people_to_choose(seat) if names else []
    return {
        "page": web_page(found, chosen, f"{address}?{query}" if query else address),
        "period": period,
        "lowest": period.reach(found.first),
        "chosen": chosen,
        "kept": {name: value for name, value in kept.items() if value},
        "query": query,
        "offered": _offered(found),
        "names": [(node, MeantForm(initial={"contact": node.contact}, candidates=people)) for node in names],
    }


def _offered(found: Material) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """The functions of each side that the drawing can be narrowed to."""
    sides = (("client", found.relationship.client), ("supplier", found.relationship.supplier))
    met = {(node.side, node.function) for node in found.nodes.values()}
    return [
        (
            side,
            str(company),
            [
                (code, found.function(code))
                for code in sorted((code for one, code in met if one == side), key=found.rank)
                if found.function(code)
            ],
        )
        for side, company in sides
    ]


@require_safe
def web_report(request: SignedIn, key: str) -> HttpResponse:
    return _file(request, key, "pdf")


@require_safe
def web_sheet(request: SignedIn, key: str) -> HttpResponse:
    return _file(request, key, "xlsx")


def _file(request: SignedIn, key: str, kind: str) -> HttpResponse:
    """The same page as a document: of the joint web, or of the reader's own half."""
    seat = access.seat_for(request.user, key)
    side = shown_side(request, seat)
    if side is None:
        raise Http404
    found = shown_material(seat, side, Period(request.GET.get("at", ""), clock.today()))
    page = web_page(found, Chosen())
    content = web_pdf.render(page) if kind == "pdf" else web_xlsx.render(page)
    response = HttpResponse(content, content_type="application/pdf" if kind == "pdf" else XLSX)
    pair = f"{seat.relationship.client} {seat.relationship.supplier}"
    name = f"{slugify(pair)}-web-{page.on}.{kind}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_POST
def web_ready(request: SignedIn, key: str) -> HttpResponse:
    """A sponsor says that the own half is ready, or takes it back."""
    seat = access.seat_for(request.user, key)
    access.require(seat.decides)
    ready = request.POST.get("ready") == "yes"
    try:
        both = say_ready(by=actor(request.user), relationship=seat.relationship, side=seat.own_side, ready=ready)
        messages.success(request, _ready_words(both, ready))
    except Refused as refusal:
        messages.error(request, refusal.message)
    return redirect("web", key)


def _ready_words(both: bool, ready: bool) -> str:
    if both:
        return _("Both halves lie side by side. Both companies read the same page from this minute.")
    if ready:
        return _("Your half is ready. Both halves will lie side by side as soon as both companies have said so.")
    return _("Your half is no longer ready. You can go on declaring ties.")


@require_POST
def web_meant(request: SignedIn, key: str) -> HttpResponse:
    """The own company says who is meant by a name that the other side gave."""
    seat = access.seat_for(request.user, key)
    access.require(seat.decides and seat.compared)
    form = MeantForm(request.POST, candidates=halves.people_to_choose(seat))
    access.require(form.is_valid())
    contact = access.contact_for(seat, form.cleaned_data["contact"])
    person = form.cleaned_data["person"]
    recognise(by=actor(request.user), relationship=seat.relationship, contact=contact, person=person)
    messages.success(request, _("The two names are now one person in the web."))
    return redirect("web", key)
