"""Computing the ranks: a dated snapshot, with the order, the levels and the capacity of that day."""

from __future__ import annotations

import numpy as np
from django.db import transaction
from django.utils.translation import gettext as _

from reciproque.app.portfolio.actions.common import log
from reciproque.app.portfolio.criteria import CRITERIA, STEPS, Criterion
from reciproque.app.portfolio.models import Portfolio, RankedPartner, Ranking
from reciproque.app.portfolio.queries import levels as queries
from reciproque.app.portfolio.queries.orders import EQUAL, as_numbers, order_in_force
from reciproque.app.shared import clock
from reciproque.app.shared.audit import Actor
from reciproque.app.shared.errors import Refused
from reciproque.science.acceptability import Change, Robustness, central_weights, robustness, what_would_change

DRAWS = 4_000
MANY, DRAWS_OF_MANY = 1_000, 1_000


@transaction.atomic
def compute_ranking(*, by: Actor, portfolio: Portfolio) -> Ranking:
    """Rank every partner with enough known criteria. The same levels and order always give the same ranks."""
    everybody = queries.known(portfolio)
    rows = [row for row in everybody if row.count >= queries.KNOWN_NEEDED]
    if not rows:
        raise Refused(_("No partner has three criteria known yet. Score one first, or import levels with the amounts."))
    order = order_in_force(portfolio) or EQUAL
    draws = DRAWS_OF_MANY if len(rows) > MANY else DRAWS
    low, middle, high = queries.arrays(rows)
    numbers = as_numbers(order)
    rng = np.random.default_rng(list(portfolio.key.encode()))
    places = robustness(low, middle, high, numbers, portfolio.capacity, rng, draws)
    change = what_would_change(middle, numbers, portfolio.capacity, STEPS)
    ranking = Ranking.objects.create(
        portfolio=portfolio,
        computed_at=clock.now(),
        computed_by_name=by.name[:160],
        order=order,
        weights=dict(zip(CRITERIA, central_weights(numbers).tolist(), strict=True)),
        capacity=portfolio.capacity,
        draws=draws,
        ranked=len(rows),
        waiting=len(everybody) - len(rows),
        apart=queries.kept_apart(portfolio, queries.latest_year(portfolio)),
    )
    RankedPartner.objects.bulk_create(
        (_row(ranking, row, places, change, place) for place, row in enumerate(rows)), batch_size=500
    )
    log(by, "portfolio.ranked", portfolio, portfolio.name, {"count": len(rows)})
    return ranking


def _row(ranking: Ranking, row: queries.Known, places: Robustness, change: Change, place: int) -> RankedPartner:
    levels = row.levels
    criterion, order = int(change.criterion[place]), int(change.order[place])
    return RankedPartner(
        ranking=ranking,
        partner_id=row.partner_id,
        rank=int(places.rank[place]),
        rank_low=int(places.low[place]),
        rank_high=int(places.high[place]),
        share=float(places.share[place]),
        value=float(places.value[place]),
        fragile=bool(places.fragile[place]),
        within=bool(places.rank[place] <= ranking.capacity),
        volume=levels[Criterion.VOLUME].middle,
        up=row.up,
        down=row.down,
        potential=levels[Criterion.POTENTIAL].middle,
        criticality=levels[Criterion.CRITICALITY].middle,
        stance=levels[Criterion.STANCE].middle,
        market=levels[Criterion.MARKET].middle,
        ranges={name: [one.low, one.high, one.known] for name, one in levels.items() if one.low < one.high},
        amount=row.amount,
        amount_share=row.amount_share,
        change_criterion=CRITERIA[criterion] if criterion >= 0 else "",
        change_level=round(float(change.level[place]) * STEPS) if criterion >= 0 else None,
        change_order=[CRITERIA[one] for one in change.orders[order]] if order >= 0 else [],
    )
