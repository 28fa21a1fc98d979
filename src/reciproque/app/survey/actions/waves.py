"""Preparing a wave, drawing up its lists, and the few decisions that both companies can take while it lives."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from reciproque import instruments
from reciproque.app.directory.models import Membership, Person, Post, Relationship
from reciproque.app.directory.queries.key_people import declared_complete, key_people
from reciproque.app.shared import clock
from reciproque.app.shared.audit import Actor
from reciproque.app.shared.errors import Refused
from reciproque.app.shared.vocabulary import SIDES
from reciproque.app.survey import access
from reciproque.app.survey.actions import halves
from reciproque.app.survey.actions.closing import destroy_urn
from reciproque.app.survey.actions.common import locked, log, membership_of, moved, require_state, same
from reciproque.app.survey.actions.invitations import queue_invitations
from reciproque.app.survey.models import Invitation, OutboxMail, SealingKey, Wave, WaveState, WrappedHalf
from reciproque.app.survey.queries.outbox import mail_ready
from reciproque.app.survey.queries.waves import quorums_told
from reciproque.app.survey.states import IN_PROGRESS
from reciproque.app.survey.urn import collect

QUORUM = 5
LATE = 3  # late respondents join at least three together, so that a late answer is never one person's


def create_wave(
    *,
    by: Actor,
    relationship: Relationship,
    form: str = Wave.Form.FULL,
    languages: Sequence[str] = ("fr", "en"),
    opens_at: datetime,
    closes_at: datetime,
    grace_hours: int = 24,
    quorum_client: int = QUORUM,
    quorum_supplier: int = QUORUM,
    level: int = Wave.Level.TWO_KEYS,
    cloned_from: Wave | None = None,
) -> Wave:
    """A new wave in preparation, with the questionnaire shipped today, or that of the wave it is cloned from."""
    text = cloned_from.instrument_text if cloned_from else instruments.source()
    instrument = instruments.parse(text)
    with transaction.atomic():
        Relationship.objects.select_for_update().get(pk=relationship.pk)
        _refuse_a_second_one(relationship)
        wave = Wave(
            relationship=relationship,
            number=1 + (relationship.waves.aggregate(last=Max("number"))["last"] or 0),
            cloned_from=cloned_from,
            level=level,
            instrument_name=instrument.name,
            instrument_version=instrument.version,
            instrument_digest=instruments.digest(text),
            instrument_text=text,
        )
        _require_preparer(by, wave)
        settings = _settings(form, languages, opens_at, closes_at, grace_hours, quorum_client, quorum_supplier)
        _fill(wave, settings)
        wave.save()
        if cloned_from is None:
            _take_key_people(wave)
        log(by, wave, "created", form=form, level=level, cloned_from=cloned_from.key if cloned_from else "")
    return wave


def _take_key_people(wave: Wave) -> None:
    """A first wave starts from the key people of each company, and from what its sponsor said of that list."""
    for side in SIDES:
        company = wave.relationship.organisation(side)
        listed = key_people(wave.relationship, side).filter(organisation=company)
        _add(wave, side, listed.exclude(pk__in=_gone(listed)))
        setattr(wave, f"list_complete_{side}", declared_complete(wave.relationship, side))
    wave.save(update_fields=["list_complete_client", "list_complete_supplier"])


def change_wave(
    *,
    by: Actor,
    wave: Wave,
    form: str,
    languages: Sequence[str],
    opens_at: datetime,
    closes_at: datetime,
    grace_hours: int,
    quorum_client: int,
    quorum_supplier: int,
    level: int = Wave.Level.TWO_KEYS,
) -> None:
    """Other settings, while nobody has been asked to seal anything."""
    with transaction.atomic():
        fresh = locked(wave)
        require_state(fresh, WaveState.DRAFT)
        _require_preparer(by, fresh)
        if fresh.cloned_from_id and form != fresh.form:
            raise Refused(_("This wave follows the baseline: its questionnaire cannot change."))
        fresh.level = level
        _fill(fresh, _settings(form, languages, opens_at, closes_at, grace_hours, quorum_client, quorum_supplier))
        fresh.save()
        log(by, fresh, "changed", form=form)
    same(wave, fresh)


def _settings(
    form: str, languages: Sequence[str], opens_at: datetime, closes_at: datetime, grace: int, client: int, supplier: int
) -> dict[str, Any]:
    if closes_at <= opens_at:
        raise Refused(_("The last day for answers must come after the day the invitations leave."))
    if closes_at <= clock.now():
        raise Refused(_("The last day for answers is already past: choose a later one."))
    if min(client, supplier) < QUORUM:
        raise Refused(_("A quorum is never under five people: fewer could be recognised."))
    return {
        "form": form,
        "languages": list(languages),
        "opens_at": opens_at,
        "closes_at": closes_at,
        "grace_hours": grace,
        "quorum_client": client,
        "quorum_supplier": supplier,
    }


def _fill(wave: Wave, settings: dict[str, Any]) -> None:
    for name, value in settings.items():
        setattr(wave, name, value)


def _refuse_a_second_one(relationship: Relationship) -> None:
    if relationship.waves.filter(state__in=IN_PROGRESS).exists():
        raise Refused(_("A wave is already in progress in this relationship: finish or cancel it first."))


def _require_preparer(by: Actor, wave: Wave) -> None:
    if not by.is_system and not access.prepares(membership_of(by, wave)):
        raise Refused(_("Your role does not allow this on this wave."))


def clone_wave(*, by: Actor, wave: Wave, opens_at: datetime, closes_at: datetime) -> Wave:
    """The next wave: same questionnaire word for word, same rules, and the people of this one who are still in post."""
    with transaction.atomic():
        clone = create_wave(
            by=by,
            relationship=wave.relationship,
            form=wave.form,
            languages=wave.languages,
            opens_at=opens_at,
            closes_at=closes_at,
            grace_hours=wave.grace_hours,
            quorum_client=wave.quorum_client,
            quorum_supplier=wave.quorum_supplier,
            level=wave.level,
            cloned_from=wave,
        )
        for side in SIDES:
            asked = wave.invitations.filter(side=side).values("person")
            still = Person.objects.filter(pk__in=asked, organisation=wave.relationship.organisation(side))
            still = still.exclude(last_name="")
            _add(clone, side, still.exclude(pk__in=_gone(still)))
    return clone


def _gone(people: Any) -> Any:
    """People who once held a post and hold none today."""
    return people.filter(posts__isnull=False).exclude(posts__ended_on__isnull=True).values("pk")


def set_people(*, by: Actor, wave: Wave, side: str, people: Iterable[Person]) -> None:
    """The people of one side who will be asked; replaces the list drawn up before, and what was declared of it."""
    chosen = {person.pk: person for person in people}
    with transaction.atomic():
        fresh = locked(wave)
        require_state(fresh, WaveState.DRAFT)
        _require_choice(by, fresh, side, chosen.values())
        before = set(fresh.invitations.filter(side=side).values_list("person", flat=True))
        fresh.invitations.filter(side=side).exclude(person__in=chosen).delete()
        _add(fresh, side, [person for pk, person in chosen.items() if pk not in before])
        if before != set(chosen):
            setattr(fresh, f"list_complete_{side}", None)
            fresh.save(update_fields=[f"list_complete_{side}"])
        log(by, fresh, "people", audience=side, people=len(chosen))
    same(wave, fresh)


def add_late_people(*, by: Actor, wave: Wave, side: str, people: Iterable[Person]) -> None:
    """People forgotten at the start. At least three at once: whether somebody answered already is nobody's business."""
    with transaction.atomic():
        fresh = locked(wave)
        require_state(fresh, WaveState.COLLECTING)
        there = set(fresh.invitations.values_list("person", flat=True))
        chosen = {person.pk: person for person in people if person.pk not in there}
        _require_choice(by, fresh, side, chosen.values())
        if len(chosen) < LATE:
            raise Refused(_("Add at least three people at once: a late answer must never be traced to one of them."))
        if clock.now() >= fresh.closes_at:
            raise Refused(_("The last day for answers is past: extend the wave first."))
        _add(fresh, side, chosen.values())
        log(by, fresh, "late_people", audience=side, people=len(chosen))
        queue_invitations(by=by, wave=fresh)


def _require_choice(by: Actor, wave: Wave, side: str, people: Iterable[Person]) -> None:
    if not by.is_system and side not in access.chooses_people_of(membership_of(by, wave)):
        raise Refused(_("Each company draws up its own list: you cannot change this one."))
    organisation = wave.relationship.organisation(side)
    if any(person.organisation_id != organisation.pk for person in people):
        raise Refused(_("Only people of %(company)s can be on this list.") % {"company": organisation})


def _add(wave: Wave, side: str, people: Iterable[Person]) -> None:
    people = list(people)
    posts = Post.objects.filter(person__in=people, ended_on__isnull=True)
    functions = dict(posts.values_list("person_id", "function_id"))
    Invitation.objects.bulk_create(
        Invitation(
            wave=wave,
            person=person,
            side=side,
            function_id=functions.get(person.pk),
            language=person.language if person.language in wave.languages else wave.languages[0],
        )
        for person in people
    )


def declare_list(*, by: Actor, wave: Wave, side: str, complete: bool) -> None:
    """A sponsor says whether all key people of the company are on the list: margins are narrower when both do."""
    with transaction.atomic():
        fresh = locked(wave)
        require_state(fresh, WaveState.DRAFT, WaveState.SEALING)
        if not by.is_system:
            membership = membership_of(by, fresh)
            if not access.holds_a_key(membership) or membership.side != side:
                raise Refused(_("Only the sponsor of this company can declare its list complete."))
        setattr(fresh, f"list_complete_{side}", complete)
        fresh.save(update_fields=[f"list_complete_{side}"])
        log(by, fresh, "list_declared", complete=complete, side=side)
    same(wave, fresh)


def start_sealing(*, by: Actor, wave: Wave) -> None:
    """Freeze the settings and ask both sponsors for their key."""
    with transaction.atomic():
        fresh = moved(by, wave, "start_sealing")
        if fresh.closes_at <= clock.now():
            raise Refused(_("The last day for answers is already past: choose a later one."))
        for side in SIDES:
            _require_ready(fresh, side)
        if not mail_ready(fresh):
            raise Refused(_("Check first that mails can leave, or choose to hand the links out yourselves."))
        fresh.save(update_fields=["state"])
        log(by, fresh, "sealing_started")
    same(wave, fresh)


def _require_ready(wave: Wave, side: str) -> None:
    company = wave.relationship.organisation(side)
    sponsors = Membership.objects.filter(relationship=wave.relationship, side=side, role=Membership.Role.SPONSOR)
    if not sponsors.exists():
        raise Refused(_("%(company)s has no sponsor yet: name one before sealing.") % {"company": company})
    if wave.invitations.filter(side=side).count() < wave.quorum(side):
        raise Refused(
            _("The list of %(company)s is not ready: it must hold at least as many people as its quorum.")
            % {"company": company}
        )


def back_to_draft(*, by: Actor, wave: Wave) -> None:
    """Something must change: the keys and the phrases already given are void."""
    with transaction.atomic():
        fresh = moved(by, wave, "back_to_draft")
        fresh.keys.all().delete()
        fresh.save(update_fields=["state"])
        log(by, fresh, "back_to_draft")
    halves.forget(wave.pk)
    same(wave, fresh)


def extend_wave(*, by: Actor, wave: Wave, closes_at: datetime) -> None:
    """More time, once, when a quorum is missing, as far as whoever asks may know."""
    with transaction.atomic():
        fresh = moved(by, wave, "extend")
        if fresh.extended:
            raise Refused(_("This wave was already extended once: it can only be closed or cancelled now."))
        if closes_at <= max(clock.now(), fresh.closes_at):
            raise Refused(_("The new last day must come after the present one."))
        if all(quorums_told(fresh, membership_of(by, fresh), collect.counts(fresh.pk)).values()):
            raise Refused(_("Both quorums are reached: there is no need for more time."))
        fresh.closes_at, fresh.extended = closes_at, True
        fresh.save(update_fields=["closes_at", "extended"])
        log(by, fresh, "extended", closes_at=closes_at.isoformat())
    same(wave, fresh)


def cancel_wave(*, by: Actor, wave: Wave) -> None:
    """Give the wave up: keys, links and ballots are destroyed, nothing of it will ever be read."""
    with transaction.atomic():
        fresh = moved(by, wave, f"cancel_{wave.state}")
        WrappedHalf.objects.filter(key__in=SealingKey.objects.filter(wave=fresh)).delete()
        OutboxMail.objects.filter(wave=fresh, state=OutboxMail.State.QUEUED).update(state=OutboxMail.State.CANCELLED)
        fresh.save(update_fields=["state"])
        log(by, fresh, "cancelled")
    same(wave, fresh)
    destroy_urn(fresh.pk)
