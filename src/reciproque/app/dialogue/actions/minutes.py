"""The minutes: drafted at once, amended for five working days, then frozen and sent to both sponsors together."""

from __future__ import annotations

import logging
from functools import partial

from django.db import transaction
from django.utils.translation import gettext as _

from reciproque.app.dialogue import urn
from reciproque.app.dialogue.actions.common import locked, log, moved, not_yours, require_facilitator, same
from reciproque.app.dialogue.actions.letters import queue_minutes
from reciproque.app.dialogue.actions.votes import destroy_boxes
from reciproque.app.dialogue.models import Amendment, Minutes, Participant, Session, SessionState
from reciproque.app.dialogue.queries.files import minutes_pdf
from reciproque.app.dialogue.queries.minutes import content_of, digest_of
from reciproque.app.shared import clock
from reciproque.app.shared.audit import SYSTEM, Actor
from reciproque.app.shared.errors import Refused

logger = logging.getLogger("reciproque.minutes")


@transaction.atomic
def draft_minutes(*, by: Actor, session: Session) -> Minutes:
    """Everything said and decided so far, readable by everybody who took part."""
    minutes, _made = Minutes.objects.update_or_create(session=session, defaults={"content": content_of(session)})
    log(by, session, "minutes_drafted")
    return minutes


@transaction.atomic
def amend(*, by: Actor, session: Session, side: str, text: str, participant: Participant | None = None) -> Amendment:
    """A remark by name, set beside the text. Taken until the five working days are over, and never refused."""
    fresh = locked(session)
    if fresh.state != SessionState.MINUTES or fresh.amend_until is None or clock.now() >= fresh.amend_until:
        raise Refused(_("The minutes can no longer be amended: the five working days are over."))
    if not text.strip():
        raise Refused(_("Write your remark first."))
    if participant is not None and (participant.session_id != fresh.pk or by.key != participant.key):
        raise Refused(not_yours())
    amendment = Amendment.objects.create(
        session=fresh, side=side, name=by.name, text=text.strip()[:600], made_at=clock.now()
    )
    draft_minutes(by=by, session=fresh)
    log(by, fresh, "minutes_amended", side=side)
    return amendment


@transaction.atomic
def answer_amendment(*, by: Actor, amendment: Amendment, answer: str) -> None:
    """The facilitator says what was made of a remark; the remark itself stays as it is."""
    fresh = locked(amendment.session)
    require_facilitator(by, fresh)
    if fresh.state != SessionState.MINUTES:
        raise Refused(_("The minutes can no longer be amended: the five working days are over."))
    amendment.answer = answer.strip()[:300]
    amendment.save(update_fields=["answer"])
    draft_minutes(by=by, session=fresh)
    log(by, fresh, "amendment_answered")


@transaction.atomic
def freeze(*, by: Actor, session: Session) -> Minutes:
    """Nothing changes any more: the fingerprint is taken, both sponsors receive the same file, links stop working."""
    if session.amend_until is None or clock.now() < session.amend_until:
        raise Refused(_("The minutes stay open to amendments for five working days."))
    fresh = moved(by, session, "freeze")
    fresh.frozen_at = clock.now()
    fresh.save(update_fields=["state", "frozen_at"])
    minutes = Minutes.objects.select_for_update().get(session=fresh)
    minutes.content = content_of(fresh)
    minutes.digest = digest_of(minutes.content)
    minutes.pdf_fr, minutes.pdf_en = (minutes_pdf(minutes, language) for language in ("fr", "en"))
    minutes.save()
    queue_minutes(by=by, session=fresh)
    destroy_boxes(by=by, session=fresh)
    fresh.notes.all().delete()
    fresh.participants.update(token_hash=None)
    transaction.on_commit(partial(urn.destroy_links, fresh))
    log(by, fresh, "minutes_frozen", digest=minutes.digest)
    same(session, fresh)
    return minutes


def freeze_due(*, by: Actor = SYSTEM) -> None:
    """Every session whose five working days are over, then the links of those that are.

    One that fails holds back none of the others; its error is raised at the end: the job says it and tries again.
    """
    failures: list[Exception] = []
    for session in Session.objects.filter(state=SessionState.MINUTES, amend_until__lte=clock.now()):
        try:
            freeze(by=by, session=session)
        except Exception as error:
            logger.warning("the minutes of session %s could not be frozen: %s", session.key, type(error).__name__)
            failures.append(error)
    urn.destroy_left_links()
    if failures:
        raise failures[0]
