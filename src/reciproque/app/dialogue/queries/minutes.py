"""The minutes as data: everything said and decided, in both languages, each figure through the projection."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from reciproque.app.dialogue.models import Amendment, Proposal, Session
from reciproque.app.dialogue.queries.deck import moderation_summary
from reciproque.app.dialogue.queries.equity import equity
from reciproque.app.dialogue.queries.projection import Movement, Result, StatementView, Viewer, project
from reciproque.app.shared.vocabulary import SIDES, Seat

LANGUAGES = ("fr", "en")
Content = dict[str, Any]


def content_of(session: Session) -> Content:
    """One document per language, the same for everybody: nothing in it depends on who reads."""
    found: Content = {"session": session.key}
    for language in LANGUAGES:
        with translation.override(language):
            found[language] = _document(session)
    return found


def digest_of(content: Mapping[str, Any]) -> str:
    """The fingerprint of the minutes: SHA-256 of their data, keys in order."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _document(session: Session) -> Content:
    relationship = session.relationship
    return {
        "language": translation.get_language(),
        "title": session.title,
        "client": str(relationship.client),
        "supplier": str(relationship.supplier),
        "held": _moment(session.started_at),
        "until": _moment(session.ended_at),
        "facilitator": _facilitator(session),
        "rehearsal": session.is_rehearsal,
        "mandate": [
            {"label": str(session._meta.get_field(name).verbose_name), "text": getattr(session, name)}  # type: ignore[union-attr]
            for name in ("purpose", "people", "rules", "recipients")
        ],
        "participants": {
            side: [
                one.name
                for one in session.participants.filter(side=side, left=False).order_by("person__folded_name", "pk")
            ]
            for side in SIDES
        },
        "equity": [
            {"subject": row.subject, "client": row.client, "supplier": row.supplier, "warning": row.warning}
            for row in equity(session).rows
        ],
        "left_out": [{"reason": label, "number": number} for label, number in moderation_summary(session)],
        "themes": list(project(session, Viewer.EVERYONE).themes),
        "statements": [_statement(view) for view in project(session, Viewer.EVERYONE).statements],
        "proposals": [_proposal(proposal) for proposal in _proposals(session)],
        "amendments": [_amendment(amendment) for amendment in session.amendments.all()],
    }


def _moment(moment: Any) -> str:
    if moment is None:
        return ""
    return date_format(timezone.localtime(moment), pgettext("date and hour, Django format", "j F Y, H:i"))


def _day(day: Any) -> str:
    return date_format(day, pgettext("date, Django format", "j F Y")) if day else ""


def _facilitator(session: Session) -> str:
    if session.employer == Seat.NEUTRAL:
        return _("%(name)s, employed by neither company") % {"name": session.facilitator}
    company = session.relationship.organisation(session.employer)
    return _("%(name)s, employed by %(company)s") % {"name": session.facilitator, "company": company}


def _statement(view: StatementView) -> Content:
    return {
        "key": view.key,
        "text": view.text,
        "result": _result(view.result),
        "again": _movement(view.again),
        "guess": _result(view.guess),
    }


def _result(result: Result | None) -> Content | None:
    if result is None:
        return None
    sides = [
        {
            "side": side.side,
            "word": side.word,
            "agree": side.text,
            "disagree": side.disagree_text,
            "answers": side.answers,
        }
        for side in result.sides
    ]
    return {"verdict": result.verdict, "sentence": result.sentence, "sides": sides}


def _movement(moved: Movement | None) -> Content | None:
    if moved is None:
        return None
    sides = [{"side": one.side, "word": one.word, "text": one.text} for one in moved.sides]
    return {"sentence": moved.sentence, "sides": sides}


def _proposals(session: Session) -> list[Proposal]:
    found = session.proposals.exclude(state=Proposal.State.MERGED).select_related(
        "statement", "author", "partner", "owner_client", "owner_supplier"
    )
    chosen_first = sorted(found, key=lambda one: (one.state != Proposal.State.CHOSEN, one.pk))
    return list(chosen_first)


def _proposal(proposal: Proposal) -> Content:
    return {
        "key": proposal.key,
        "chosen": proposal.state == Proposal.State.CHOSEN,
        "state": str(Proposal.State(proposal.state).label),
        "from": proposal.statement.text,
        "statement": proposal.statement.key,
        "condition": proposal.condition,
        "action": proposal.action,
        "proof": proposal.proof,
        "owed_by": str(Proposal.OwedBy(proposal.owed_by).label),
        "authors": [str(one) for one in (proposal.author, proposal.partner) if one],
        "owners": {side: str(proposal.owner(side) or "") for side in SIDES},
        "accepted": {side: proposal.accepted(side) for side in SIDES},
        "efforts": {side: getattr(proposal, f"get_effort_{side}_display")() for side in SIDES},
        "first_step": proposal.first_step,
        "first_step_by": _day(proposal.first_step_by),
        "due_on": _day(proposal.due_on),
        "promise": proposal.commitment_key,
        "objections": [
            {"name": str(one.participant or ""), "reason": one.reason, "withdrawn": one.withdrawn}
            for one in proposal.objections.select_related("participant")
        ],
    }


def _amendment(amendment: Amendment) -> Content:
    return {
        "name": amendment.name,
        "text": amendment.text,
        "answer": amendment.answer,
        "made": _moment(amendment.made_at),
    }
