"""What the other side sees, from the publications alone: reliability beside the words kept, and what moved since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from reciproque.app.commitments.models import Commitment
from reciproque.app.directory.models import Relationship
from reciproque.app.reading.models import Publication
from reciproque.app.reading.queries import changes
from reciproque.app.reading.queries.material import Material
from reciproque.app.reading.queries.signs import sign_of
from reciproque.app.shared.vocabulary import other_side
from reciproque.science.change import Change, change

RELIABILITY = "F"


@dataclass(frozen=True)
class Seen:
    """How reliable a company is in the eyes of the other: as written, and between which points."""

    by: str
    figure: str
    around: str
    low: float
    high: float


@dataclass(frozen=True)
class Effect:
    """What moved, after a promise, on a subject that it should move. An association, never a proof."""

    subject: str
    looker: str
    looked_at: str
    word: str
    settled: bool
    sentence: str


def publications(relationship: Relationship) -> list[Material]:
    """The published waves that hold figures, oldest first."""
    rows = (
        Publication.objects.filter(wave__relationship=relationship)
        .select_related("wave__relationship__client", "wave__relationship__supplier")
        .prefetch_related("figures")
        .order_by("wave__number")
    )
    return [material for row in rows if (material := Material(row)).has_figures]


def reliability(published: Sequence[Material], side: str) -> Seen | None:
    """The reliability of a side as the other one sees it, in the latest publication that holds it."""
    looker = other_side(side)
    for material in reversed(published):
        score = material.score(looker, RELIABILITY)
        if score is not None:
            sign = sign_of(score)
            low, high = max(0.0, score.low - score.margin), min(100.0, score.high + score.margin)
            return Seen(material.name(looker), sign.text, sign.around, low, high)
    return None


def effects(commitment: Commitment, published: Sequence[Material]) -> tuple[Effect, ...]:
    """For each subject that the promise should move: the verdict between the wave before it and the next one."""
    if not commitment.questions or commitment.opened_at is None:
        return ()
    before, after = _around(commitment, published)
    known = after or before or next(reversed(published), None)
    if known is None:
        return ()
    moved = change(before.reading, after.reading) if before and after else None
    subjects = dict.fromkeys(known.item(code).dimension for code in commitment.questions)
    lookers = [other_side(side) for side in commitment.bearing_sides]
    return tuple(_effect(known, moved, before, after, looker, code) for code in subjects for looker in lookers)


def _around(commitment: Commitment, published: Sequence[Material]) -> tuple[Material | None, Material | None]:
    """The last wave that opened before the promise, and the next one with the same questionnaire."""
    opened_at = commitment.opened_at
    if opened_at is None:
        return None, None
    earlier = [material for material in published if material.publication.opened_at <= opened_at]
    before = earlier[-1] if earlier else None
    later = [m for m in published if m.publication.opened_at > opened_at and before and m.wave.form == before.wave.form]
    return before, later[0] if later else None


def _effect(
    known: Material, moved: Change | None, before: Material | None, after: Material | None, looker: str, code: str
) -> Effect:
    verdict = moved.dimensions.get(looker, {}).get(code) if moved else None
    settled = bool(verdict and verdict.word != "cannot_tell")
    names = {
        "subject": known.label(code),
        "looker": known.name(looker),
        "other": known.other_name(looker),
        "verdict": changes.word(verdict),
        "before": changes.month(before.publication) if before else "",
        "after": changes.month(after.publication) if after else "",
    }
    if after is None or before is None:
        sentence = _("%(subject)s, as %(looker)s sees %(other)s: the next wave will tell, or not.")
    else:
        sentence = _("%(subject)s, as %(looker)s sees %(other)s, from %(before)s to %(after)s: %(verdict)s.")
    return Effect(
        subject=names["subject"],
        looker=names["looker"],
        looked_at=names["other"],
        word=names["verdict"],
        settled=settled,
        sentence=sentence % names,
    )
