"""The mirror of the session: what each side expects of the eyes of the other, beside what the last wave published.

Figures come from the publication alone, as the reading writes them. Nothing is computed from answers here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _

from reciproque.app.commitments.queries.seen import RELIABILITY, publications
from reciproque.app.dialogue.models import Session
from reciproque.app.reading.queries.material import Material
from reciproque.app.reading.queries.signs import sign_of
from reciproque.app.shared.vocabulary import SIDES, other_side
from reciproque.science.derive import Score

SEEN, KEPT = "m:seen", "m:kept"
ITEMS = (SEEN, KEPT)
THREE = 3  # under, around and over the middle


def mirror_items(session: Session) -> list[tuple[str, int]]:
    """What phones are asked: two forecasts of published figures; nothing when no wave was published for both sides."""
    material = _latest(session)
    return [(code, THREE) for code in ITEMS if material and _both(material, code)]


def published_views(session: Session) -> dict[str, Mapping[str, str]]:
    """For each forecast, by the side that makes it: how the other side did answer, with its margin and its month."""
    material = _latest(session)
    if material is None:
        return {}
    return {code: {side: _written(material, side, code) for side in SIDES} for code in ITEMS if _both(material, code)}


def _latest(session: Session) -> Material | None:
    """The last published wave whose figures both sides have."""
    found: Sequence[Material] = publications(session.relationship)
    return next((material for material in reversed(found) if _both(material, SEEN)), None)


def _both(material: Material, code: str) -> bool:
    return all(_score(material, side, code) is not None for side in SIDES)


def _score(material: Material, looker: str, code: str) -> Score | None:
    return material.side(looker).profile if code == SEEN else material.score(looker, RELIABILITY)


def _written(material: Material, side: str, code: str) -> str:
    looker = other_side(side)
    score = _score(material, looker, code)
    assert score is not None
    sign = sign_of(score)
    names = {"looker": material.name(looker), "figure": sign.text, "around": sign.around}
    return _("%(looker)s answered %(figure)s out of 100, %(around)s.") % names
