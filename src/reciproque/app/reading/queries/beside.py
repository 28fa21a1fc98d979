"""The same two companies on other perimeters: published views beside each other, for who may read them all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from reciproque.app.directory.models import Account, Relationship
from reciproque.app.reading.queries.material import Material
from reciproque.app.reading.queries.sides import regards
from reciproque.app.reading.queries.signs import gap_text, margin_text, sign_of
from reciproque.app.shared.vocabulary import SIDES
from reciproque.reports.page import Regard
from reciproque.science.derive import Score, difference
from reciproque.science.mirror import Span

MIDDLE = 50.0  # on 0..100: as many reasons to trust as not to


@dataclass(frozen=True)
class Compared:
    """How one side sees the other here and on the other perimeter, and whether that differs."""

    side: str
    name: str
    regards: tuple[tuple[str, Regard], ...]
    verdict: str
    meaning: str


@dataclass(frozen=True)
class Beside:
    """Another perimeter of the same two companies; both sides, in the same order."""

    key: str
    perimeter: str
    sides: tuple[Compared, ...]


def other_perimeters(relationship: Relationship, account: Account) -> list[Relationship]:
    """Those of the same two companies on which the account has a role too."""
    same = Relationship.objects.filter(
        client=relationship.client_id, supplier=relationship.supplier_id, memberships__account=account
    )
    return list(same.exclude(pk=relationship.pk).order_by("perimeter", "pk"))


def beside(here: Material, there: Material) -> Beside | None:
    """Only what both publications already show; nothing when either lacks the view of a side."""
    relation = there.wave.relationship
    compared = [_compared(here, there, side) for side in SIDES]
    found = tuple(one for one in compared if one)
    return Beside(relation.key, _perimeter(there), found) if len(found) == len(SIDES) else None


def _compared(here: Material, there: Material, side: str) -> Compared | None:
    one, other = here.side(side).profile, there.side(side).profile
    views = [next((r for r in regards(m) if r.side == side), None) for m in (here, there)]
    if one is None or other is None:
        return None
    span = difference(one, other)
    lanes = tuple(
        (_perimeter(m), replace(view, lane=replace(view.lane, id=f"beside-{there.wave.key}-{number}-{view.lane.id}")))
        for number, (m, view) in enumerate(zip((here, there), views, strict=True))
        if view
    )
    places = (_perimeter(here), _perimeter(there))
    return Compared(
        side, here.name(side), lanes, _verdict(one, other, span, places), _meaning(one, other, span, places)
    )


def _perimeter(material: Material) -> str:
    return material.wave.relationship.perimeter or _("no perimeter given")


def _verdict(one: Score, other: Score, span: Span, places: Sequence[str]) -> str:
    first, second = sign_of(one), sign_of(other)
    values = {
        "first": first.text,
        "here": places[0],
        "second": second.text,
        "there": places[1],
        "gap": gap_text(span, first, second).lstrip("+−"),
        "margin": margin_text(span.margin),
    }
    if span.settled is None:
        return _("%(first)s on “%(here)s”, %(second)s on “%(there)s”: cannot tell yet.") % values
    if span.settled == 0:
        return _("%(first)s on “%(here)s”, %(second)s on “%(there)s”: no clear gap.") % values
    return (
        _("%(first)s on “%(here)s”, %(second)s on “%(there)s”: clear gap of %(gap)s, give or take %(margin)s points.")
        % values
    )


def _meaning(one: Score, other: Score, span: Span, places: Sequence[str]) -> str:
    if span.settled is None:
        return _("The difference may come from who answered: nothing may be made of it.")
    if span.settled == 0:
        return _("Seen from this side, both perimeters tell the same story.")
    high, low = (one, other) if span.settled > 0 else (other, one)
    values = {"place": places[0] if high is one else places[1]}
    if low.high < MIDDLE <= high.low:
        return _("Seen from this side, all looks well only if one asks the people of “%(place)s”.") % values
    return _("Trust is higher on “%(place)s”: neither perimeter speaks for the other.") % values
