"""Opening a closed urn with two phrases, in any order. Nothing leaves this module but a publication already audited."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from reciproque.app.shared import clock
from reciproque.app.shared.audit import Actor
from reciproque.app.shared.errors import Refused
from reciproque.app.shared.vocabulary import SIDES, other_side
from reciproque.app.survey import access
from reciproque.app.survey.actions import turns
from reciproque.app.survey.actions.common import log, membership_of, moved, require_state, same
from reciproque.app.survey.actions.sealing import count_attempt, unwrap
from reciproque.app.survey.models import Invitation, Wave, WaveState, WrappedHalf
from reciproque.app.survey.queries.shape import instrument_shape, side_ballots
from reciproque.app.survey.urn import opening
from reciproque.app.survey.urn.errors import UrnError
from reciproque.app.survey.urn.messages import explain
from reciproque.app.survey.urn.seal import FACILITATOR, PUBLISH, REWORD
from reciproque.science.figures import EarlierWave, Publication
from reciproque.science.publication import publish

CONTEST_WINDOW = timedelta(days=30)
RESPONDENTS_FOR_TEXTS, TEXTS = 8, 5


@dataclass(frozen=True)
class OpenedText:
    """One sentence and the destiny that its author chose. Nothing says who wrote it."""

    side: str
    prompt: str
    destiny: str
    text: str = field(repr=False)


@dataclass(frozen=True)
class OpenedUrn:
    """All that may ever be said of the wave. `key_people`: key people of each company, when both vouch for it.

    `turned_by`: for each company, the key of the account that turned; "" when it is not known.
    """

    publication: Publication
    texts: tuple[OpenedText, ...] = field(repr=False)
    key_people: Mapping[str, int | None]
    digest: str
    turned_by: Mapping[str, str]


def turn_key(*, by: Actor, wave: Wave, phrase: str = "", earlier: Sequence[EarlierWave] = ()) -> OpenedUrn | None:
    """One company turns its key. None: waiting for both. Else what to publish, for both companies, in one transaction.

    earlier: what this relationship's earlier waves published, oldest first. On an open wave, within its contest window,
    it is a recount: the same two phrases give the same figures again. The first turn leaves no record, which would move
    the log that both companies share: both are recorded together, once there is nothing left to wait for.
    """
    side = _holder_side(by, wave)
    _require_openable(wave)
    if not wave.is_training:
        count_attempt(by, "turn")
    half = unwrap(_wrapped(by, wave, side), phrase)
    had_turned = opening.has_turned(wave.pk, side)
    other_public = bytes(wave.keys.get(side=other_side(side)).public_key)
    try:
        opened = opening.turn(wave_id=wave.pk, side=side, half=half, other_public=other_public, listed=wave.receipts)
    except UrnError as error:
        raise Refused(explain(error)) from None
    if opened is None:
        turns.note(wave.pk, side, by.key, again=had_turned)
        return None
    turned_by = {side: by.key, other_side(side): turns.who(wave.pk, other_side(side))}
    return _publication(wave, opened, earlier, turned_by)


def log_turns(*, wave: Wave, turned_by: Mapping[str, str]) -> None:
    """Who turned each key, in the transaction that ends the waiting; both companies read both lines.

    Always the client first: the order of the lines does not say who waited for whom.
    """
    for side in SIDES:
        known = turned_by.get(side, "")
        company = Actor(key="", name=wave.relationship.organisation(side).name)
        log(Actor(key=known, name="") if known else company, wave, "key_turned", side=side)


def mark_open(
    *, by: Actor, wave: Wave, opened_at: datetime, digest: str = "", turned_by: Mapping[str, str] | None = None
) -> Wave:
    """Inside the transaction that writes the publication: the wave is open for both, at the same minute."""
    with transaction.atomic():
        fresh = moved(by, wave, "open_both")
        fresh.opened_at, fresh.contest_until = opened_at, opened_at + CONTEST_WINDOW
        fresh.save(update_fields=["state", "opened_at", "contest_until"])
        log_turns(wave=fresh, turned_by=turned_by or {})
        log(by, fresh, "opened", digest=digest)
    same(wave, fresh)
    return fresh


def forget(wave: Wave) -> None:
    """After the publication is committed (and after a recount): the waiting share is destroyed."""
    opening.forget(wave.pk)
    turns.forget(wave.pk)


def _holder_side(by: Actor, wave: Wave) -> str:
    membership = membership_of(by, wave)
    if not access.holds_a_key(membership):
        raise Refused(_("Only the sponsors and their deputies hold a key."))
    return str(membership.side)


def _require_openable(wave: Wave) -> None:
    wave.refresh_from_db(fields=["state", "contest_until"])
    require_state(wave, WaveState.CLOSED, WaveState.OPEN)
    if wave.state == WaveState.OPEN and (wave.contest_until is None or clock.now() >= wave.contest_until):
        raise Refused(_("The thirty days for a recount are over."))
    if any(wave.ballots(side) < wave.quorum(side) for side in SIDES):
        raise Refused(
            _("A quorum was missed: this urn is never opened. It can be cancelled, which destroys its ballots.")
        )


def _wrapped(by: Actor, wave: Wave, side: str) -> WrappedHalf:
    halves = WrappedHalf.objects.filter(key__wave=wave, key__side=side, confirmed=True).select_related("key")
    mine = halves.filter(holder=by.account).first() or (halves.first() if wave.is_training else None)
    if mine is None:
        raise Refused(
            _("You were given no phrase for this wave: your sponsor or deputy holds the one of your company.")
        )
    return mine


def _publication(
    wave: Wave, opened: opening.Opened, earlier: Sequence[EarlierWave], turned_by: Mapping[str, str]
) -> OpenedUrn:
    shape = instrument_shape(wave)
    publication = publish(
        shape,
        side_ballots(opened.client, shape),
        side_ballots(opened.supplier, shape),
        people=_who_answered(wave.pk),
        earlier=earlier,
    )
    return OpenedUrn(publication, _texts(opened), _key_people(wave), _digest(publication), turned_by)


def _digest(publication: Publication) -> str:
    """The fingerprint of all figures: a recount must give the same."""
    content = json.dumps([dataclasses.asdict(figure) for figure in publication.figures], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()


def _who_answered(wave_id: int) -> dict[str, frozenset[int]]:
    answered = Invitation.objects.filter(wave=wave_id, answered=True).values_list("side", "person")
    people: dict[str, set[int]] = {side: set() for side in SIDES}
    for side, person in answered:
        people[side].add(person)
    return {side: frozenset(ids) for side, ids in people.items()}


def _key_people(wave: Wave) -> dict[str, int | None]:
    if not all(wave.list_complete(side) for side in SIDES):
        return dict.fromkeys(SIDES)
    return {side: wave.invitations.filter(side=side).count() for side in SIDES}


def _texts(opened: opening.Opened) -> tuple[OpenedText, ...]:
    """Sentences exist from eight respondents and, to one prompt, five texts on each side: the smaller side decides."""
    both = (opened.client, opened.supplier)
    if min(len(side.functions) for side in both) < RESPONDENTS_FOR_TEXTS:
        return ()
    shown = [OpenedText(side.side, t.prompt, t.consent, t.text) for side in both for t in side.texts]
    found = [
        *_enough(text for text in shown if text.destiny in (PUBLISH, REWORD)),
        *_enough(text for text in shown if text.destiny == FACILITATOR),
    ]
    secrets.SystemRandom().shuffle(found)
    return tuple(found)


def _enough(texts: Iterable[OpenedText]) -> list[OpenedText]:
    texts = list(texts)
    prompts = {text.prompt for text in texts}
    enough = {
        prompt
        for prompt in prompts
        if all(sum(t.prompt == prompt and t.side == side for t in texts) >= TEXTS for side in SIDES)
    }
    return [text for text in texts if text.prompt in enough]
