"""What the opening ceremony shows: the same kind of fact on both sides, never which key is missing."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reciproque.app.directory.models import Membership
from reciproque.app.shared.vocabulary import SIDES
from reciproque.app.survey import access
from reciproque.app.survey.models import Wave, WaveState


@dataclass(frozen=True)
class SideBallots:
    side: str
    name: str
    says: str


@dataclass(frozen=True)
class OpeningFacts:
    kicker: str
    recount: bool
    training: bool
    holds_a_key: bool
    sides: tuple[SideBallots, ...]
    closed: str
    receipts: int
    fingerprint: str


def opening_facts(wave: Wave, membership: Membership) -> OpeningFacts:
    closed = timezone.localtime(wave.closed_at) if wave.closed_at else None
    return OpeningFacts(
        kicker=_("Wave %(number)s") % {"number": wave.number},
        recount=wave.state == WaveState.OPEN,
        training=wave.level == Wave.Level.DEMO,
        holds_a_key=access.holds_a_key(membership),
        sides=tuple(_ballots(wave, side) for side in SIDES),
        closed=date_format(closed, "DATETIME_FORMAT") if closed else "",
        receipts=len(wave.receipts),
        fingerprint=" ".join(wave.receipts_root[i : i + 4] for i in range(0, 12, 4)),
    )


def _ballots(wave: Wave, side: str) -> SideBallots:
    number = (wave.ballots_client if side == SIDES[0] else wave.ballots_supplier) or 0
    says = ngettext("%(number)s ballot in the urn", "%(number)s ballots in the urn", number) % {"number": number}
    reached = _("quorum reached") if number >= wave.quorum(side) else _("quorum not reached")
    return SideBallots(side, str(wave.relationship.organisation(side).name), f"{says}, {reached}")
