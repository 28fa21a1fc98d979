"""The list of relationships, and the home of one: both views face to face, what awaits whom, the waves so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Prefetch
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from reciproque.app.directory.access import relationships_for
from reciproque.app.directory.models import Account, Membership, Relationship
from reciproque.app.reading.models import Publication
from reciproque.app.reading.queries import changes
from reciproque.app.reading.queries.beside import Beside, beside, other_perimeters
from reciproque.app.reading.queries.material import Material
from reciproque.app.reading.queries.reading import regards_of
from reciproque.app.reading.queries.unknowns import coverage
from reciproque.app.shared.vocabulary import SIDES
from reciproque.app.survey.models import Wave, WaveState
from reciproque.app.survey.queries.waves import Awaited, Status, wave_status
from reciproque.reports.page import Regard

OPENED = (WaveState.OPEN, WaveState.PURGED)


@dataclass(frozen=True)
class HomeRow:
    """One relationship in the list. Both views, or none."""

    key: str
    client: str
    supplier: str
    perimeter: str
    stands: str
    regards: tuple[Regard, ...]
    measured: str


@dataclass(frozen=True)
class Step:
    """A wave in the chronicle of the relationship."""

    key: str
    number: int
    date: str
    what: str
    opened: bool


@dataclass(frozen=True)
class HomeSide:
    """One page of the face-off; the same facts on both, in the same order."""

    side: str
    name: str
    word: str
    coverage: str
    regard: Regard | None
    tasks: tuple[str, ...]


@dataclass(frozen=True)
class RelationshipHome:
    relationship: Relationship
    sides: tuple[HomeSide, ...]
    measured: str
    heading: str
    then: str
    primary: str
    wave: Wave | None
    may_prepare: bool
    joint: tuple[str, ...]
    steps: tuple[Step, ...]
    notes: dict[str, str]
    beside: tuple[Beside, ...] = ()


def home_rows(account: Account) -> list[HomeRow]:
    """Every relationship of the account, with where it stands, in a fixed number of queries."""
    waves = Prefetch("waves", Wave.objects.order_by("number"), to_attr="in_order")
    relationships = list(relationships_for(account).prefetch_related(waves))
    publications = _publications([r.pk for r in relationships])
    return [_home_row(r, publications.get(r.pk, [])) for r in relationships]


def _publications(relationships: Sequence[int]) -> dict[int, list[Publication]]:
    rows = (
        Publication.objects.filter(wave__relationship__in=relationships)
        .select_related("wave__relationship__client", "wave__relationship__supplier")
        .prefetch_related("figures")
        .order_by("wave__number")
    )
    found: dict[int, list[Publication]] = {}
    for row in rows:
        found.setdefault(row.wave.relationship_id, []).append(row)
    return found


def _home_row(relationship: Relationship, publications: list[Publication]) -> HomeRow:
    waves = getattr(relationship, "in_order", [])
    latest, earlier = _latest_with_figures(publications)
    regards = regards_of(latest, changes.comparison(latest, earlier)) if latest else ()
    return HomeRow(
        key=relationship.key,
        client=str(relationship.client.name),
        supplier=str(relationship.supplier.name),
        perimeter=relationship.perimeter,
        stands=_stands(_current(waves)),
        regards=regards,
        measured=_measured(latest),
    )


def _latest_with_figures(publications: list[Publication]) -> tuple[Material | None, list[Publication]]:
    """The last publication that holds figures, and those before it."""
    for place in range(len(publications) - 1, -1, -1):
        material = Material(publications[place])
        if material.has_figures:
            return material, publications[:place]
    return None, []


def _current(waves: Sequence[Wave]) -> Wave | None:
    """The wave that matters now: the last one that was not given up."""
    kept = [wave for wave in waves if wave.state != WaveState.CANCELLED]
    return kept[-1] if kept else None


def _measured(material: Material | None) -> str:
    if material is None:
        return ""
    values = {"number": material.wave.number, "month": changes.month(material.publication)}
    return _("Wave %(number)s, %(month)s") % values


def _stands(wave: Wave | None) -> str:
    if wave is None:
        return _("No measure yet: a wave is to be prepared.")
    values = {"number": wave.number, "date": date_format(timezone.localtime(wave.closes_at), "DATE_FORMAT")}
    said = {
        WaveState.DRAFT: _("Wave %(number)s is being prepared."),
        WaveState.SEALING: _("Wave %(number)s: both sponsors are to seal the urn."),
        WaveState.COLLECTING: _("Wave %(number)s: answers until %(date)s."),
        WaveState.CLOSING: _("Wave %(number)s is closing."),
        WaveState.CLOSED: _("Wave %(number)s is closed: the urn waits for both keys."),
        WaveState.OPEN: _("Wave %(number)s is open: both companies read the same thing."),
        WaveState.PURGED: _("Wave %(number)s is read, its ballots are destroyed."),
    }
    return said[WaveState(wave.state)] % values


def relationship_home(relationship: Relationship, membership: Membership) -> RelationshipHome:
    waves = list(relationship.waves.select_related("relationship__client", "relationship__supplier").order_by("number"))
    publications = _publications([relationship.pk]).get(relationship.pk, [])
    latest, earlier = _latest_with_figures(publications)
    regards = regards_of(latest, changes.comparison(latest, earlier)) if latest else ()
    current = _current(waves)
    status = wave_status(current, membership) if current else None
    heading, then = _heading(current, status)
    may_prepare = membership.role in (Membership.Role.SPONSOR, Membership.Role.FACILITATOR)
    awaited = status.awaited if status else ()
    return RelationshipHome(
        relationship=relationship,
        sides=tuple(_home_side(relationship, place, latest, regards, awaited) for place in (0, 1)),
        measured=_measured(latest),
        heading=heading,
        then=then,
        primary=_primary(current, status.primary if status else "", may_prepare),
        wave=current,
        may_prepare=may_prepare,
        joint=tuple(one.sentence for one in awaited if not one.side),
        steps=tuple(_step(wave) for wave in reversed(waves)),
        notes={"measure": _measured(latest) or (_("wave %(number)s") % {"number": current.number} if current else "")},
        beside=_beside(relationship, membership, latest),
    )


def _beside(relationship: Relationship, membership: Membership, here: Material | None) -> tuple[Beside, ...]:
    others = other_perimeters(relationship, membership.account) if here else []
    if here is None or not others:
        return ()
    publications = _publications([other.pk for other in others])
    latest = (_latest_with_figures(publications.get(other.pk, []))[0] for other in others)
    return tuple(found for there in latest if there and (found := beside(here, there)))


def _heading(wave: Wave | None, status: Status | None) -> tuple[str, str]:
    if wave is None or status is None:
        first = _("A first wave gives the starting point: both sides answer the same questions.")
        return _("Nothing has been measured yet."), first
    if wave.state in OPENED:
        return (
            _("Wave %(number)s is open: it is time to read it together.") % {"number": wave.number},
            _("Both companies see the same button, and the same page behind it."),
        )
    return status.sentence, status.then


def _primary(wave: Wave | None, wanted: str, may_prepare: bool) -> str:
    """Which button is in ink: reading and opening live here, the rest on the page of the wave."""
    if wave is None:
        return "new" if may_prepare else ""
    if wave.state in OPENED:
        return "read"
    return "open" if wanted == "open" else "wave"


def _home_side(
    relationship: Relationship,
    place: int,
    latest: Material | None,
    regards: Sequence[Regard],
    awaited: Sequence[Awaited],
) -> HomeSide:
    side = SIDES[place]
    return HomeSide(
        side=side.value,
        name=str(relationship.organisation(side).name),
        word=str(side.label),
        coverage=coverage(latest)[place] if latest else "",
        regard=next((regard for regard in regards if regard.side == side), None),
        tasks=tuple(one.sentence for one in awaited if one.side == side),
    )


def _step(wave: Wave) -> Step:
    moment = wave.opened_at or wave.closed_at or wave.opens_at
    return Step(
        key=wave.key,
        number=wave.number,
        date=date_format(timezone.localtime(moment), "DATE_FORMAT"),
        what=_happened(wave),
        opened=wave.state in OPENED,
    )


def _happened(wave: Wave) -> str:
    """A past wave as an event, a current one as where it stands."""
    number = {"number": wave.number}
    if wave.state in OPENED:
        return _("Opening of wave %(number)s. Two keys turned, the same results at the same minute.") % number
    if wave.state == WaveState.CLOSED:
        return _("Wave %(number)s is closed. The list of receipts is published.") % number
    if wave.state == WaveState.CANCELLED:
        return _("Wave %(number)s was cancelled, its ballots destroyed unread.") % number
    return _stands(wave)
