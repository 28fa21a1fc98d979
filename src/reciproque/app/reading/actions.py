"""Writes of the reading: turning a key until the wave is open for both, counting again, rewording texts."""

from __future__ import annotations

from typing import Literal

from django.db import transaction
from django.utils.translation import gettext as _

from reciproque.app.reading import access
from reciproque.app.reading.destruction import destroy_unpublished
from reciproque.app.reading.models import Publication, PublishedFigure, PublishedText
from reciproque.app.reading.queries.published import earlier_waves, row_of
from reciproque.app.shared import audit, clock
from reciproque.app.shared.audit import Actor
from reciproque.app.shared.errors import Refused
from reciproque.app.shared.vocabulary import Audience
from reciproque.app.survey.access import membership_on
from reciproque.app.survey.actions import invitations, opening
from reciproque.app.survey.actions.common import locked
from reciproque.app.survey.actions.opening import OpenedUrn
from reciproque.app.survey.models import Wave, WaveState

LONGEST_TEXT = 2000


def turn_key(*, by: Actor, wave: Wave, phrase: str = "") -> Literal["waiting", "open", "recounted", "different"]:
    """One company turns its key. After the second, the publication exists for both at the same minute, or for none."""
    urn = opening.turn_key(by=by, wave=wave, phrase=phrase, earlier=earlier_waves(wave))
    if urn is None:
        return "waiting"
    if wave.state == WaveState.OPEN:
        return _recount(by, wave, urn)
    _publish(by, wave, urn)
    opening.forget(wave)
    return "open"


def _publish(by: Actor, wave: Wave, urn: OpenedUrn) -> None:
    """All rows, the state of the wave and the record, in one transaction: a crash leaves nothing, or everything."""
    moment = clock.now().replace(second=0, microsecond=0)
    with transaction.atomic():
        opening.mark_open(by=by, wave=wave, opened_at=moment, digest=urn.digest, turned_by=urn.turned_by)
        publication = Publication.objects.create(
            wave=wave,
            opened_at=moment,
            digest=urn.digest,
            level=urn.publication.level,
            dropped=list(urn.publication.report.dropped),
            answered={side: dict(counts) for side, counts in urn.publication.answered.items()},
            people_client=urn.key_people["client"],
            people_supplier=urn.key_people["supplier"],
        )
        PublishedFigure.objects.bulk_create(row_of(publication, figure) for figure in urn.publication.figures)
        PublishedText.objects.bulk_create(_texts(publication, urn))
        invitations.queue_opened(wave=wave)


def _texts(publication: Publication, urn: OpenedUrn) -> list[PublishedText]:
    return [
        PublishedText(
            publication=publication,
            side=text.side,
            prompt=text.prompt,
            position=position,
            destiny=text.destiny,
            text=text.text,
        )
        for position, text in enumerate(urn.texts)
    ]


def _recount(by: Actor, wave: Wave, urn: OpenedUrn) -> Literal["recounted", "different"]:
    """The same ballots, opened again with both phrases, must give the same figures. Nothing is rewritten."""
    same = urn.digest == wave.publication.digest
    with transaction.atomic():
        opening.log_turns(wave=wave, turned_by=urn.turned_by)
        audit.record(
            by=by,
            action="wave.recounted",
            subject=f"{wave.relationship} · {wave.number}",
            audience=Audience.BOTH,
            relationship_key=wave.relationship.key,
            data={"wave": wave.key, "same": same},
        )
    opening.forget(wave)
    return "recounted" if same else "different"


def reword_text(*, by: Actor, text: PublishedText, reworded: str) -> None:
    """The neutral facilitator says it in other words, as the author asked. Both companies read the new words."""
    reworded = reworded.strip()
    _require_rewordable(by, text)
    if not reworded:
        raise Refused(_("Write the sentence in other words, or withhold it."))
    if len(reworded) > LONGEST_TEXT:
        raise Refused(_("At most 2,000 signs."))
    with transaction.atomic():
        if locked(text.publication.wave).state == WaveState.PURGED:
            raise Refused(_("What the author wrote was destroyed with the ballots: it can no longer be reworded."))
        text.reworded, text.withheld = reworded, False
        text.save(update_fields=["reworded", "withheld"])
        _log(by, text, "text.reworded")


def withhold_text(*, by: Actor, text: PublishedText) -> None:
    """The neutral facilitator keeps a text from both companies: for as long as wanted, then for good.

    Once the ballots are destroyed, its words are destroyed at once, with those that it hides on the other page.
    """
    _require_facilitator(by, text)
    with transaction.atomic():
        wave = locked(text.publication.wave)
        text.withheld = True
        text.save(update_fields=["withheld"])
        _log(by, text, "text.withheld")
        if wave.state == WaveState.PURGED:
            destroy_unpublished(wave)


def _require_facilitator(by: Actor, text: PublishedText) -> None:
    membership = membership_on(text.publication.wave, by.account) if by.account else None
    if membership is None or not access.sees_private_texts(membership):
        raise Refused(_("Only a neutral facilitator works on the texts."))


def _require_rewordable(by: Actor, text: PublishedText) -> None:
    _require_facilitator(by, text)
    if text.destiny == PublishedText.Destiny.FACILITATOR:
        raise Refused(_("The author meant this text for the facilitator only: it is never shown, reworded or not."))


def _log(by: Actor, text: PublishedText, action: str) -> None:
    """Says that a text was worked on, never which words."""
    wave = text.publication.wave
    audit.record(
        by=by,
        action=action,
        subject=f"{wave.relationship} · {wave.number}",
        audience=Audience.BOTH,
        relationship_key=wave.relationship.key,
        data={"wave": wave.key, "text": text.key},
    )
