"""From an empty installation to a first relationship, one step at a time."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse

from reciproque.app.directory import access
from reciproque.app.directory.access import SignedIn
from reciproque.app.directory.forms import MemberForm, RelationshipForm
from reciproque.app.directory.models import Account, Membership, Organisation, Relationship
from reciproque.app.directory.queries.start import Progress, progress, relationships_being_set_up
from reciproque.app.shared.vocabulary import Seat

Role = Membership.Role


def start(request: SignedIn) -> HttpResponse:
    """What is done, and the one thing to do now. Everything is read from the directory: one may leave and come back."""
    access.require_host_admin(request.user)
    relationship = relationships_being_set_up().first()
    context: dict[str, Any] = {
        "active_nav": "relationships",
        "progress": None,
        "form": RelationshipForm(),
        "known": Organisation.objects.all(),
        "wave_url": "",
    }
    if relationship is not None:
        done = progress(relationship)
        kept = set(access.organisations_kept_by(request.user).values_list("pk", flat=True))
        context |= {
            "progress": done,
            "form": _step_form(relationship, done),
            "companies": [
                (
                    side,
                    relationship.organisation(side),
                    done.people[side] >= 5,
                    relationship.organisation(side).pk in kept,
                )
                for side in done.people
            ],
            "wave_url": _wave_url(request.user, relationship),
        }
    return render(request, "directory/start.html", context)


def _step_form(relationship: Relationship, done: Progress) -> MemberForm | None:
    if done.step == "sponsors":
        seats = [(Role.SPONSOR, side) for side in done.missing_sponsors]
    elif done.step == "facilitator":
        seats = [(Role.FACILITATOR, side) for side in (Seat.NEUTRAL, Seat.CLIENT, Seat.SUPPLIER)]
    else:
        return None
    form = MemberForm(relationship=relationship, seats=seats, initial={"language": "fr"})
    if len(seats) == 1:
        form.initial["seat"] = f"{seats[0][0]}:{seats[0][1]}"
    return form


def _wave_url(account: Account, relationship: Relationship) -> str:
    """Where the first measure is prepared, for those who may: running the site gives no right to it."""
    if not relationship.memberships.filter(account=account, role__in=[Role.FACILITATOR, Role.SPONSOR]).exists():
        return ""
    try:
        return reverse("wave-new", args=[relationship.key])
    except NoReverseMatch:
        return ""
