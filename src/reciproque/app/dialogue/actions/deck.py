"""The deck: sentences deposited without a name, moderated with reasons, at most 25, a third at least from each side.

Depositing, changing and taking back have no actor and leave no record: nobody may learn who wrote what, nor when.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from reciproque.app.dialogue.actions.common import locked, log, not_yours, require_facilitator, same, seat_of, too_late
from reciproque.app.dialogue.models import (
    LONGEST_STATEMENT,
    Moderation,
    Reason,
    RemovalRequest,
    Session,
    SessionState,
    Statement,
    StatementState,
)
from reciproque.app.dialogue.urn import hash_of_sentence
from reciproque.app.shared import clock
from reciproque.app.shared.audit import Actor
from reciproque.app.shared.errors import Refused

LARGEST_DECK = 25
MOST_FORECASTS = 6
MOST_DEPOSITED = 60  # of one side: a flood is not a deck
KEY_BYTES = 16
S = StatementState


# ---------------------------------------------------------------- without a name
@transaction.atomic
def deposit_statement(*, session: Session, side: str, text: str, language: str) -> str:
    """Put a sentence on the pile of a side. Gives the key of the sentence, which only this browser will hold."""
    fresh = locked(session)
    _require_depositing(fresh)
    if fresh.statements.filter(side=side).count() >= MOST_DEPOSITED:
        raise Refused(_("Your side has already deposited very many sentences: the facilitator must sort them first."))
    key = secrets.token_hex(KEY_BYTES)
    Statement.objects.create(
        session=fresh, side=side, raw=_tidy(text), language=language, edit_hash=hash_of_sentence(key)
    )
    return key


@transaction.atomic
def change_deposit(*, session: Session, key: str, text: str) -> None:
    """Another wording, as long as the facilitator has decided nothing about the sentence."""
    _require_depositing(locked(session))
    statement = _deposited(session, key)
    statement.raw = _tidy(text)
    statement.save(update_fields=["raw"])


@transaction.atomic
def take_back_deposit(*, session: Session, key: str) -> None:
    """The sentence leaves no trace, as long as the facilitator has decided nothing about it."""
    _require_depositing(locked(session))
    _deposited(session, key).delete()


def _require_depositing(session: Session) -> None:
    if session.state != SessionState.DECK or session.deposits_closed:
        raise Refused(_("Sentences are no longer gathered for this workshop."))


def _deposited(session: Session, key: str) -> Statement:
    found = Statement.objects.filter(session=session, edit_hash=hash_of_sentence(key), state=S.DEPOSITED).first()
    if found is None:
        raise Refused(_("This sentence can no longer be changed: the facilitator has taken it up."))
    return found


def _tidy(text: str) -> str:
    text = " ".join(text.split())
    if not text:
        raise Refused(_("Write a sentence first."))
    if len(text) > LONGEST_STATEMENT:
        raise Refused(_("A sentence holds one idea, in 140 signs at most."))
    return text


# ---------------------------------------------------------------- moderation
@transaction.atomic
def draw_up_statement(*, by: Actor, session: Session, side: str, text_fr: str, text_en: str) -> Statement:
    """A sentence drawn up by the facilitator from what a side said in the interviews."""
    fresh = _moderated(by, session)
    _require_room(fresh)
    if not by.is_system and not seat_of(by, fresh).external and side != seat_of(by, fresh).side:
        raise Refused(_("A facilitator employed by one company draws up sentences for that company only."))
    statement = Statement.objects.create(
        session=fresh,
        side=side,
        raw=text_fr or text_en,
        state=S.KEPT,
        text_fr=_tidy(text_fr) if text_fr else "",
        text_en=_tidy(text_en) if text_en else "",
    )
    log(by, fresh, "statement_drawn_up", side=side)
    return statement


@transaction.atomic
def keep_statement(
    *, by: Actor, statement: Statement, text_fr: str, text_en: str, reason: str = "", remark: str = ""
) -> None:
    """Take a sentence into the deck, as it is or reworded with a reason, in both languages."""
    fresh = _moderated(by, statement.session)
    own = _readable(by, fresh, statement)
    if own.state != S.KEPT:
        _require_room(fresh)
    text_fr, text_en = (_tidy(text) if text else "" for text in (text_fr, text_en))
    written = {"fr": text_fr, "en": text_en}[own.language]
    before = {"fr": own.text_fr, "en": own.text_en}[own.language] or own.raw
    if written != before and not reason:
        raise Refused(_("Say why the wording changes: its author will read it."))
    changed = own.state != S.KEPT or written != before
    own.state, own.text_fr, own.text_en, own.merged_into = S.KEPT, text_fr, text_en, None
    own.save()
    if changed:
        _decide(own, S.KEPT, reason, remark)
    log(by, fresh, "statement_kept", side=own.side, reason=reason)


@transaction.atomic
def withhold_statement(*, by: Actor, statement: Statement, reason: str, remark: str = "") -> None:
    """Leave a sentence out, for a reason of the list. What it is about is never one."""
    fresh = _moderated(by, statement.session)
    own = _readable(by, fresh, statement)
    if reason not in Reason.values:
        raise Refused(_("Choose a reason: its author will read it. A topic is never a reason."))
    own.state = S.WITHHELD
    own.save(update_fields=["state"])
    _decide(own, S.WITHHELD, reason, remark)
    log(by, fresh, "statement_withheld", side=own.side, reason=reason)


@transaction.atomic
def merge_statement(*, by: Actor, statement: Statement, into: Statement, remark: str = "") -> None:
    """Two sentences say the same: one of the deck stands for both."""
    fresh = _moderated(by, statement.session)
    own, other = _readable(by, fresh, statement), _readable(by, fresh, into)
    if own.pk == other.pk or other.state != S.KEPT:
        raise Refused(_("Choose another sentence of the deck."))
    own.state, own.merged_into = S.MERGED, other
    own.save(update_fields=["state", "merged_into"])
    _decide(own, S.MERGED, Reason.DUPLICATE, remark)
    log(by, fresh, "statement_merged", side=own.side)


@transaction.atomic
def close_deposits(*, by: Actor, session: Session) -> None:
    """No more sentences. Where nobody neutral could read them raw, they appear as written, for everybody at once."""
    fresh = _moderated(by, session)
    fresh.deposits_closed = True
    fresh.save(update_fields=["deposits_closed"])
    if not fresh.has_external_facilitator:
        for statement in fresh.statements.filter(state=S.DEPOSITED).order_by("key"):
            setattr(statement, f"text_{statement.language}", statement.raw)
            statement.state = S.KEPT
            statement.save()
    log(by, fresh, "deposits_closed")
    same(session, fresh)


@transaction.atomic
def note_raised(*, by: Actor, statement: Statement, client: int | None, supplier: int | None) -> None:
    """How many people of each side had raised a topic openly before, as the interviews tell."""
    fresh = _moderated(by, statement.session)
    own = _readable(by, fresh, statement)
    own.raised_client, own.raised_supplier = client, supplier
    own.save(update_fields=["raised_client", "raised_supplier"])
    log(by, fresh, "raised_noted")


@transaction.atomic
def choose_forecasts(*, by: Actor, session: Session, statements: Sequence[Statement]) -> None:
    """The sentences, six at most, of which each side also says what the other will answer."""
    fresh = _moderated(by, session)
    keys = {statement.key for statement in statements}
    if len(keys) > MOST_FORECASTS:
        raise Refused(_("Choose six sentences at most: guessing more tires people."))
    fresh.statements.update(forecast=False)
    fresh.statements.filter(key__in=keys, state=S.KEPT).update(forecast=True)
    log(by, fresh, "forecasts_chosen", statements=len(keys))


def _moderated(by: Actor, session: Session) -> Session:
    fresh = locked(session)
    require_facilitator(by, fresh)
    if fresh.state != SessionState.DECK:
        raise Refused(too_late())
    return fresh


def _readable(by: Actor, session: Session, statement: Statement) -> Statement:
    """The sentence as it is now; one that is not accepted yet exists for an external facilitator only."""
    own = Statement.objects.select_for_update().get(pk=statement.pk)
    hidden = own.state == S.DEPOSITED and not by.is_system and not seat_of(by, session).external
    if own.session_id != session.pk or hidden:
        raise Refused(not_yours())
    return own


def _require_room(session: Session) -> None:
    if session.statements.filter(state=S.KEPT).count() >= LARGEST_DECK:
        raise Refused(_("The deck holds 25 sentences at most: merge or leave one out first."))


def _decide(statement: Statement, decision: str, reason: str, remark: str) -> None:
    Moderation.objects.create(
        statement=statement, decision=decision, reason=reason, remark=remark[:200], decided_at=clock.now()
    )


# ---------------------------------------------------------------- sponsors
@transaction.atomic
def ask_removal(*, by: Actor, statement: Statement, why: str) -> RemovalRequest:
    """A sponsor holds that a sentence of the deck attacks a person."""
    session = locked(statement.session)
    side = seat_of(by, session).sponsors
    if not side:
        raise Refused(_("Only a sponsor can ask for that."))
    if session.state != SessionState.DECK or statement.state != S.KEPT:
        raise Refused(too_late())
    if not why.strip():
        raise Refused(_("Say how this sentence attacks a person. What it is about can never be removed."))
    request = RemovalRequest.objects.create(statement=statement, side=side, why=why.strip()[:200])
    log(by, session, "removal_asked", side=side)
    return request


@transaction.atomic
def answer_removal(*, by: Actor, asked: RemovalRequest, granted: bool, answer: str) -> None:
    """The facilitator decides, and says why; both companies read that there was a request and what became of it."""
    statement = asked.statement
    fresh = _moderated(by, statement.session)
    if asked.granted is not None or not answer.strip():
        raise Refused(_("Say in one sentence why you decide so."))
    asked.granted, asked.answer = granted, answer.strip()[:200]
    asked.save(update_fields=["granted", "answer"])
    if granted:
        statement.state = S.WITHHELD
        statement.save(update_fields=["state"])
        _decide(statement, S.WITHHELD, Reason.ATTACK, asked.answer)
    log(by, fresh, "removal_answered", side=asked.side, granted=granted)
