"""Levels given by people, and the order of the criteria."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from reciproque.app.portfolio.actions.common import log
from reciproque.app.portfolio.criteria import CRITERIA, SCALES, STEPS
from reciproque.app.portfolio.models import Partner, Portfolio, Score, Weighting
from reciproque.app.shared import clock
from reciproque.app.shared.audit import Actor
from reciproque.app.shared.errors import Refused

Given = Mapping[str, tuple[int, str]]


@transaction.atomic
def score_partner(*, by: Actor, partner: Partner, given: Given) -> int:
    """Levels by scale, each with its evidence. Those that say the same as before are left as they are.

    Returns how many changed; the earlier ones stay in the history.
    """
    wrong = [scale for scale, (level, _evidence) in given.items() if scale not in SCALES or not 0 <= level <= STEPS]
    if wrong:
        raise Refused(_("A level goes from 0 to 4. Choose one of the five sentences."))
    standing = {score.scale: score for score in _standing(by, partner)}
    changed = {scale: said for scale, said in given.items() if _differs(standing.get(scale), *said)}
    now = clock.now()
    partner.scores.filter(pk__in=[standing[scale].pk for scale in changed if scale in standing]).update(
        superseded_at=now
    )
    Score.objects.bulk_create(
        Score(
            partner=partner,
            scale=scale,
            level=level,
            evidence=evidence,
            scorer=by.account,
            scorer_name=by.name[:160],
            scored_at=now,
        )
        for scale, (level, evidence) in changed.items()
    )
    if changed:
        log(by, "partner.scored", partner.portfolio, partner.name, {"count": len(changed)})
    return len(changed)


def _standing(by: Actor, partner: Partner) -> Sequence[Score]:
    """Somebody's scores in force, whatever name that account has had; by name only where there is no account."""
    whose = {"scorer": by.account} if by.account else {"scorer": None, "scorer_name": by.name[:160]}
    return list(partner.scores.filter(superseded_at=None, **whose))


def _differs(score: Score | None, level: int, evidence: str) -> bool:
    return score is None or (score.level, score.evidence) != (level, evidence)


@transaction.atomic
def score_many(*, by: Actor, portfolio: Portfolio, given: Mapping[int, Given], source: str) -> int:
    """Levels for many partners at once, by partner id: the scores that a list brings. Returns how many changed."""
    rows = Score.objects.filter(partner__in=given, superseded_at=None, scorer=by.account)
    standing = {(row.partner_id, row.scale): row for row in rows}
    now = clock.now()
    new = [
        Score(
            partner_id=partner,
            scale=scale,
            level=level,
            evidence=evidence,
            scorer=by.account,
            scorer_name=by.name[:160],
            scored_at=now,
        )
        for partner, scales in given.items()
        for scale, (level, evidence) in scales.items()
        if _differs(standing.get((partner, scale)), level, evidence)
    ]
    old = [standing[row.partner_id, row.scale].pk for row in new if (row.partner_id, row.scale) in standing]
    for start in range(0, len(old), 500):
        Score.objects.filter(pk__in=old[start : start + 500]).update(superseded_at=now)
    Score.objects.bulk_create(new, batch_size=500)
    if new:
        log(by, "partners.scored", portfolio, source or portfolio.name, {"count": len(new)})
    return len(new)


@transaction.atomic
def state_order(*, by: Actor, portfolio: Portfolio, order: Sequence[Sequence[str]], reason: str = "") -> Weighting:
    """The order of the criteria, most important group first. The earlier orders stay in the history."""
    if sorted(one for group in order for one in group) != sorted(CRITERIA):
        raise Refused(_("The order names each of the five criteria once."))
    made = Weighting.objects.create(
        portfolio=portfolio,
        order=[[str(one) for one in group] for group in order],
        reason=reason,
        stated_by=by.account,
        stated_by_name=by.name[:160],
        stated_at=clock.now(),
    )
    log(by, "portfolio.order_stated", portfolio, portfolio.name)
    return made
