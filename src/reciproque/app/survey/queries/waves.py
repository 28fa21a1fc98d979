"""Where a wave stands, as one member may know it: own people, the other side's quorum as a word, never who answered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from reciproque.app.directory.models import Account, Membership, Person
from reciproque.app.shared import clock
from reciproque.app.shared.vocabulary import SIDES
from reciproque.app.survey import access
from reciproque.app.survey.models import Invitation, SealingKey, Wave, WaveState
from reciproque.app.survey.queries.outbox import mail_ready
from reciproque.app.survey.urn import collect, messages, opening, receipts, verify

S = WaveState
Role = Membership.Role


def quorums(wave: Wave) -> dict[str, bool]:
    """Whether each side has as many ballots as agreed. Read from the urn: how many, never who."""
    counts = collect.counts(wave.pk)
    return {side: counts[side] >= wave.quorum(side) for side in SIDES}


def quorums_told(wave: Wave, membership: Membership, ballots: Mapping[str, int]) -> dict[str, bool]:
    """Whether each side has as many ballots as agreed, as this member may know it.

    To whoever sees no number, a quorum stays reached once the worker saw it, for as long as a ballot can be taken back:
    otherwise whoever holds a link could take one back and see the word change.
    """
    settled = wave.state != S.COLLECTING or clock.now() >= wave.closes_at
    if settled or access.is_neutral_facilitator(membership):
        return {side: ballots[side] >= wave.quorum(side) for side in SIDES}
    return {side: wave.quorum_seen(side) for side in SIDES}


def closing_is_due(wave: Wave) -> bool:
    """The last day is over, or the hours of grace since both quorums were seen reached."""
    if clock.now() >= wave.closes_at:
        return True
    reached = wave.quorums_reached_at
    return reached is not None and clock.now() >= reached + timedelta(hours=wave.grace_hours)


@dataclass(frozen=True)
class SideStatus:
    """One company's half of the status page. `ballots` is None where the reader may not see a number."""

    side: str
    name: str
    sponsor: str
    deputy: str
    people: int | None
    list_ready: bool
    list_complete: bool | None
    sealed_at: str
    deputy_ready: bool
    quorum: int
    quorum_reached: bool
    ballots: int | None
    key_awaited: bool


@dataclass(frozen=True)
class Awaited:
    """What is awaited from whom; an empty side means from both together."""

    side: str
    sentence: str


@dataclass(frozen=True)
class Status:
    """The status page: a sentence, what follows from it, both halves, and what the reader may do."""

    state: str
    sentence: str
    then: str
    sides: tuple[SideStatus, ...]
    awaited: tuple[Awaited, ...]
    offers: frozenset[str]
    primary: str
    step: int
    quorum_missed: bool


def wave_status(wave: Wave, membership: Membership) -> Status:
    sides = _sides(wave, membership)
    missed = _quorum_missed(wave, sides)
    offers = _offers(wave, membership, sides)
    sentence, then = _words(wave, sides, missed)
    return Status(
        state=wave.state,
        sentence=sentence,
        then=then,
        sides=sides,
        awaited=_awaited(wave, sides, missed),
        offers=offers,
        primary=_primary(offers, missed),
        step=STEPS[wave.state],
        quorum_missed=missed,
    )


# The button in ink: the first of these that the reader may press.
PRIMARY = ("read", "open", "seal", "extend", "close", "start_sealing", "mail", "people", "clone")


def _primary(offers: frozenset[str], missed: bool) -> str:
    return next((name for name in PRIMARY if name in offers and (missed or name != "extend")), "")


STEPS: dict[str, int] = {
    S.DRAFT: 1,
    S.SEALING: 2,
    S.COLLECTING: 3,
    S.CLOSING: 4,
    S.CLOSED: 4,
    S.OPEN: 5,
    S.PURGED: 5,
    S.CANCELLED: 0,
}


@dataclass(frozen=True)
class _Known:
    """What the rows of both sides are made from, read once."""

    holders: dict[tuple[str, str], Account]
    keys: dict[str, SealingKey]
    invited: Counter[str]
    ballots: dict[str, int]
    reached: dict[str, bool]
    shows_ballots: bool
    shows_keys: bool
    own_lists: tuple[str, ...]


def _sides(wave: Wave, membership: Membership) -> tuple[SideStatus, ...]:
    known = _known(wave, membership)
    return tuple(_side(wave, side, known) for side in SIDES)


def _known(wave: Wave, membership: Membership) -> _Known:
    holders = Membership.objects.filter(relationship=wave.relationship_id, role__in=access.HOLDS_A_KEY)
    collecting = wave.state == S.COLLECTING
    neutral = access.is_neutral_facilitator(membership)
    ballots: dict[str, int] = collect.counts(wave.pk) if collecting else {side: wave.ballots(side) for side in SIDES}
    return _Known(
        holders={(m.side, m.role): m.account for m in holders.select_related("account")},
        keys={key.side: key for key in wave.keys.prefetch_related("wrapped")},
        invited=Counter(wave.invitations.values_list("side", flat=True)),
        ballots=ballots,
        reached=quorums_told(wave, membership, ballots),
        shows_ballots=wave.state in (S.CLOSED, S.OPEN, S.PURGED) or (collecting and neutral),
        shows_keys=neutral and wave.state == S.CLOSED,
        own_lists=access.chooses_people_of(membership),
    )


def _side(wave: Wave, side: str, known: _Known) -> SideStatus:
    sponsor, deputy = known.holders.get((side, Role.SPONSOR)), known.holders.get((side, Role.DEPUTY))
    key = known.keys.get(side)
    proved = {half.holder_id for half in key.wrapped.all() if half.confirmed} if key else set()
    return SideStatus(
        side=side,
        name=wave.relationship.organisation(side).name,
        sponsor=str(sponsor or ""),
        deputy=str(deputy or ""),
        people=known.invited[side] if side in known.own_lists else None,
        list_ready=known.invited[side] >= wave.quorum(side),
        list_complete=wave.list_complete(side),
        sealed_at=day(key.accepted_at) if key and _id(sponsor) in proved else "",
        deputy_ready=_id(deputy) in proved,
        quorum=wave.quorum(side),
        quorum_reached=known.reached[side],
        ballots=known.ballots[side] if known.shows_ballots else None,
        key_awaited=known.shows_keys and not opening.has_turned(wave.pk, side),
    )


def _id(account: Account | None) -> int | None:
    return account.pk if account else None


def _quorum_missed(wave: Wave, sides: tuple[SideStatus, ...]) -> bool:
    over = wave.state == S.COLLECTING and clock.now() >= wave.closes_at
    return (over or wave.state == S.CLOSED) and not _all_reached(sides)


def _all_reached(sides: tuple[SideStatus, ...]) -> bool:
    return all(side.quorum_reached for side in sides)


def _offers(wave: Wave, membership: Membership, sides: tuple[SideStatus, ...]) -> frozenset[str]:
    """Names of what the reader may do now; the page turns each into a button or a link."""
    found = {
        **_at_any_time(wave, membership),
        **_before_the_start(wave, membership, sides),
        **_during_collection(wave, membership, sides),
        **_after_closing(wave, membership, sides),
    }
    return frozenset(name for name, offered in found.items() if offered)


def _at_any_time(wave: Wave, membership: Membership) -> dict[str, bool]:
    begun = wave.state not in (S.DRAFT, S.CANCELLED)
    return {
        "outbox": begun and access.prepares(membership),
        "record": begun,
        "cancel": access.may(membership, f"cancel_{wave.state}", wave.state),
    }


def _before_the_start(wave: Wave, membership: Membership, sides: tuple[SideStatus, ...]) -> dict[str, bool]:
    if wave.state not in (S.DRAFT, S.SEALING):
        return {}
    prepares, draft, mails = access.prepares(membership), wave.state == S.DRAFT, mail_ready(wave)
    has_phrase = not wave.is_training or membership.role != Role.DEPUTY
    return {
        "settings": prepares and draft,
        "people": draft and bool(access.chooses_people_of(membership)),
        "start_sealing": prepares and draft and mails and all(side.list_ready for side in sides),
        "mail": prepares and not mails,
        "back_to_draft": access.may(membership, "back_to_draft", wave.state),
        "seal": not draft and has_phrase and access.holds_a_key(membership),
    }


def _during_collection(wave: Wave, membership: Membership, sides: tuple[SideStatus, ...]) -> dict[str, bool]:
    if wave.state != S.COLLECTING:
        return {}
    reached = _all_reached(sides)
    return {
        "late": clock.now() < wave.closes_at and bool(access.chooses_people_of(membership)),
        "extend": access.may(membership, "extend", wave.state) and not wave.extended and not reached,
        "close": access.may(membership, "start_closing", wave.state) and reached and closing_is_due(wave),
    }


def _after_closing(wave: Wave, membership: Membership, sides: tuple[SideStatus, ...]) -> dict[str, bool]:
    if wave.state not in (S.CLOSED, S.OPEN, S.PURGED):
        return {}
    published = wave.state != S.CLOSED
    return {
        "receipts": True,
        "open": not published and _all_reached(sides) and access.holds_a_key(membership),
        "read": published,
        "clone": published and access.prepares(membership),
    }


def _words(wave: Wave, sides: tuple[SideStatus, ...], missed: bool) -> tuple[str, str]:
    if missed and wave.state == S.COLLECTING:
        return _missed_words(wave)
    if missed:
        return (
            _("A quorum was missed: this urn stays shut."),
            _("Nobody opens anything. Cancelling the wave destroys its ballots and keys."),
        )
    if wave.state == S.SEALING and all(side.sealed_at for side in sides):
        return (
            _("Both keys are sealed. Invitations leave on %(day)s.") % {"day": day(wave.opens_at)},
            _("Until then everything can still be taken back."),
        )
    return _plain_words(wave)


def _missed_words(wave: Wave) -> tuple[str, str]:
    sentence = _("The last day has passed and a quorum is missing.")
    if wave.extended:
        return sentence, _("It was extended once already: it can only be cancelled, and nobody opens anything.")
    return sentence, _("Extend it once, or cancel it. Until then nobody can answer, and nobody opens anything.")


def _plain_words(wave: Wave) -> tuple[str, str]:
    """Said of each state when nothing is amiss."""
    until = {"day": day(wave.closes_at)}
    opened = {"day": day(wave.opened_at) if wave.opened_at else ""}
    contest = {"day": day(wave.contest_until) if wave.contest_until else ""}
    words = {
        S.DRAFT: (
            _("This wave is being prepared."),
            _("Choose its rules and its people. Nothing leaves before both companies have sealed their key."),
        ),
        S.SEALING: (
            _("Two keys, one per company: the wave starts when both are sealed."),
            _("The rules no longer change. Each sponsor accepts them and receives an opening phrase."),
        ),
        S.COLLECTING: (
            _("Answers are coming in until %(day)s.") % until,
            _("Nobody sees who has answered. Reminders leave by themselves."),
        ),
        S.CLOSING: (
            _("Answers are closed; the urn is being shuffled."),
            _("Order and links are destroyed, then the list of receipts is published. It takes a minute."),
        ),
        S.CLOSED: (
            _("The urn opens when both keys have turned."),
            _("In any order, at any time. Both companies will read the same figures at the same minute."),
        ),
        S.OPEN: (
            _("Open for both companies since %(day)s.") % opened,
            _("Ballots, keys and the texts that both companies do not read are destroyed on %(day)s.") % contest,
        ),
        S.PURGED: (
            _("Open for both companies since %(day)s.") % opened,
            _("Ballots and keys were destroyed: only what both companies read remains."),
        ),
        S.CANCELLED: (
            _("This wave was cancelled."),
            _("Its keys, links and ballots were destroyed. Nothing of it will ever be read."),
        ),
    }
    return words[S(wave.state)]


def _awaited(wave: Wave, sides: tuple[SideStatus, ...], missed: bool) -> tuple[Awaited, ...]:
    if missed and wave.state == S.COLLECTING and not wave.extended:
        return (Awaited("", _("Decide together: extend once, or cancel.")),)
    if missed:
        return (Awaited("", _("Cancel the wave.")),)
    if wave.state == S.CLOSED:
        awaited = [Awaited(s.side, _("Turn the key of %(name)s.") % {"name": s.name}) for s in sides if s.key_awaited]
        return tuple(awaited) or (Awaited("", _("Type both opening phrases.")),)
    said = {
        S.DRAFT: [Awaited(s.side, _("Draw up the list of people.")) for s in sides if not s.list_ready],
        S.SEALING: [Awaited(s.side, _("Seal the key.")) for s in sides if not s.sealed_at],
    }
    return tuple(said.get(S(wave.state), []))


def day(moment: datetime) -> str:
    """A day and an hour, as one says them."""
    shape = pgettext("day and hour, in the letters of the date filter", "j F Y, G:i")
    return formats.date_format(timezone.localtime(moment), shape)


@dataclass(frozen=True)
class Asked:
    """A person on a list, for the company that drew it up. Says nothing about answering."""

    name: str
    function: str
    email: str


def people_of(wave: Wave, side: str) -> list[Asked]:
    rows = wave.invitations.filter(side=side).select_related("person", "function")
    rows = rows.order_by("person__folded_name", "pk")
    return [Asked(str(row.person), str(row.function or ""), row.person.email) for row in rows]


@dataclass(frozen=True)
class ReceiptList:
    """The published list of a closed urn, and whether the product finds it whole."""

    receipts: tuple[str, ...]
    root: str
    client: int
    supplier: int
    recomputed: bool
    problems: tuple[str, ...]


def receipt_list(wave: Wave) -> ReceiptList:
    found = verify.verify_wave(wave)
    return ReceiptList(
        receipts=tuple(receipts.show(receipt) for receipt in wave.receipts),
        root=wave.receipts_root,
        client=found.client,
        supplier=found.supplier,
        recomputed=found.recomputed,
        problems=tuple(str(messages.PROBLEMS[problem]) for problem in found.problems),
    )


def candidates(wave: Wave, side: str) -> QuerySet[Person]:
    """People of the company who hold a post today, or whose post nobody wrote down."""
    people = Person.objects.filter(organisation=wave.relationship.organisation(side)).exclude(last_name="")
    gone = people.filter(posts__isnull=False).exclude(posts__ended_on__isnull=True)
    return people.exclude(pk__in=gone.values("pk"))


def chosen_ids(wave: Wave, side: str) -> set[int]:
    """People already on a side's list."""
    return set(Invitation.objects.filter(wave=wave, side=side).values_list("person", flat=True))


def rules(wave: Wave) -> list[str]:
    """What both sponsors accept in sealing, in plain words; the same on screen and on the printed record."""
    end = day(wave.closes_at)
    return [
        _("The questionnaire, version %(version)s, no longer changes.") % {"version": wave.instrument_version},
        _("Invitations leave on %(start)s; answers close on %(end)s at the latest. Nobody sees who answered.")
        % {"start": day(wave.opens_at), "end": end},
        _(
            "It takes %(client)d answers on the client side and %(supplier)d on the supplier side. "
            "Otherwise nobody opens anything."
        )
        % {"client": wave.quorum_client, "supplier": wave.quorum_supplier},
        _("Once both quorums are reached, answers close after %(hours)d hours.") % {"hours": wave.grace_hours},
        _("Both companies receive the same results at the same minute."),
        _("Thirty days after the opening, ballots, keys and the texts that both companies do not read are destroyed."),
    ]
