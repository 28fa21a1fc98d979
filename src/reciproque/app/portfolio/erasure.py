"""What a portfolio does when somebody is erased: who scored or decided is no longer said."""

from __future__ import annotations

from reciproque.app.directory.erasure import NOBODY, Gone, keeps_names
from reciproque.app.portfolio.models import Engagement, Ranking, Score, Weighting


@keeps_names
def forget(gone: Gone) -> None:
    mine, names = gone.organisation, gone.names
    Score.objects.filter(partner__portfolio__organisation=mine, scorer_name__in=names).update(scorer_name=NOBODY)
    Weighting.objects.filter(portfolio__organisation=mine, stated_by_name__in=names).update(stated_by_name=NOBODY)
    Ranking.objects.filter(portfolio__organisation=mine, computed_by_name__in=names).update(computed_by_name=NOBODY)
    Engagement.objects.filter(partner__portfolio__organisation=mine, decided_by_name__in=names).update(
        decided_by_name=NOBODY
    )
