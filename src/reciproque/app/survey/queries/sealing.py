"""What the sealing ceremony shows, and the facts of the printed record."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from reciproque.app.directory.models import Account, Membership
from reciproque.app.shared import clock
from reciproque.app.shared.vocabulary import SIDES
from reciproque.app.survey import access
from reciproque.app.survey.models import SealingKey, Wave, WrappedHalf
from reciproque.app.survey.queries.waves import day, rules
from reciproque.reports.sealing_record import KeyOnRecord, SealingRecord

Role = Membership.Role


@dataclass(frozen=True)
class KeySide:
    """One page of the ceremony. `mine` is the reader's own side."""

    side: str
    name: str
    sponsor: str
    deputy: str
    mine: bool
    sealed: bool


@dataclass(frozen=True)
class Ceremony:
    """Where the reader stands: `given` once a phrase was shown, `confirmed` once it was typed back."""

    sides: tuple[KeySide, ...]
    own: KeySide
    is_deputy: bool
    given: bool
    confirmed: bool


def ceremony(wave: Wave, membership: Membership) -> Ceremony:
    seats = Membership.objects.filter(relationship=wave.relationship_id, role__in=access.HOLDS_A_KEY)
    holders = {(m.side, m.role): m.account for m in seats.select_related("account")}
    halves = list(WrappedHalf.objects.filter(key__wave=wave).select_related("key"))
    proved = {(half.key.side, half.holder_id) for half in halves if half.confirmed}
    sides = tuple(_key_side(wave, side, membership, holders, proved) for side in SIDES)
    own = next(side for side in sides if side.mine)
    mine = [half for half in halves if half.holder_id == membership.account_id]
    return Ceremony(
        sides=sides,
        own=own,
        is_deputy=membership.role == Role.DEPUTY,
        given=bool(mine),
        confirmed=any(half.confirmed for half in mine),
    )


def _key_side(
    wave: Wave,
    side: str,
    membership: Membership,
    holders: Mapping[tuple[str, str], Account],
    proved: set[tuple[str, int]],
) -> KeySide:
    sponsor = holders.get((side, Role.SPONSOR))
    return KeySide(
        side=side,
        name=wave.relationship.organisation(side).name,
        sponsor=str(sponsor or ""),
        deputy=str(holders.get((side, Role.DEPUTY)) or ""),
        mine=membership.side == side,
        sealed=sponsor is not None and (side, sponsor.pk) in proved,
    )


def fingerprint(key: SealingKey) -> str:
    """Twelve signs of a public key, to compare on the two companies' records."""
    signs = hashlib.sha256(bytes(key.public_key)).hexdigest()[:12]
    return " ".join(signs[start : start + 4] for start in (0, 4, 8))


def record(wave: Wave, membership: Membership, language: str) -> SealingRecord:
    keys = {key.side: key for key in wave.keys.all()}
    holder = access.holds_a_key(membership)
    return SealingRecord(
        language=language,
        title=_("Sealing record"),
        client=wave.relationship.client.name,
        supplier=wave.relationship.supplier.name,
        wave=_("Wave %(number)d") % {"number": wave.number},
        training=wave.is_training,
        rules=tuple(rules(wave)),
        keys=tuple(_on_record(wave, side, keys.get(side)) for side in SIDES),
        holder=(membership.account.name or membership.account.email) if holder and not wave.is_training else "",
        company=wave.relationship.organisation(membership.side).name if holder else "",
        printed_on=day(clock.now()),
        words=_record_words(),
    )


def _on_record(wave: Wave, side: str, key: SealingKey | None) -> KeyOnRecord:
    company = wave.relationship.organisation(side).name
    if key is None or not key.accepted_by:
        return KeyOnRecord(side=side, company=company, fingerprint="", accepted=_("Not sealed yet"))
    accepted = _("Accepted by %(name)s on %(day)s") % {"name": key.accepted_by, "day": day(key.accepted_at)}
    return KeyOnRecord(side=side, company=company, fingerprint=fingerprint(key), accepted=accepted)


def _record_words() -> dict[str, str]:
    """The fixed words of the printed record."""
    return {
        "rules": _("What both sponsors accept in sealing"),
        "keys": _("The two keys"),
        "fingerprint": _("Fingerprint of the public key"),
        "phrase": _("Your opening phrase, written by hand"),
        "holder": _("Holder"),
        "keep": _(
            "Write the seven words here, then lock this sheet away. It is the only copy: the phrase is stored nowhere, "
            "and this file does not hold it. If you and your deputy lose it, the answers are lost too."
        ),
        "training": _("Training wave: the server holds both keys. Not for real answers."),
        "printed": _("Printed on"),
    }
