"""The whole list of partners: search, filters, order and pages, all in the database."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from reciproque.app.directory.names import fold
from reciproque.app.portfolio.models import Partner, Portfolio, RankedPartner, Ranking
from reciproque.app.portfolio.queries import levels

SORTS = {
    "rank": ("rank", "partner__name"),
    "name": ("partner__name", "rank"),
    "amount": ("-amount", "rank"),
    "potential": ("-potential", "rank"),
    "criticality": ("-criticality", "rank"),
    "stance": ("-stance", "rank"),
    "market": ("-market", "rank"),
    "share": ("-share", "rank"),
}


def ranked_list(
    ranking: Ranking, *, text: str = "", category: str = "", place: str = "", sort: str = "rank"
) -> QuerySet[RankedPartner]:
    """The rows of a ranking, to be cut into pages. ``place``: in, out, fragile or "" for all."""
    rows = RankedPartner.objects.filter(ranking=ranking)
    rows = rows.filter(partner__archived_at=None, partner__merged_into=None)
    rows = rows.filter(_matching(text, "partner__"))
    if category:
        rows = rows.filter(partner__category=category)
    if place:
        rows = rows.filter(**{"in": {"within": True}, "out": {"within": False}, "fragile": {"fragile": True}}[place])
    return rows.order_by(*SORTS[sort], "partner_id")


def whole_rows(page: QuerySet[RankedPartner], sort: str) -> QuerySet[RankedPartner]:
    """All that a page of the list shows. Only keys are put in order to find the page: rows are wide."""
    rows = RankedPartner.objects.filter(pk__in=page.values("pk")).select_related("partner")
    return rows.order_by(*SORTS[sort], "partner_id")


def waiting_list(
    portfolio: Portfolio, ranking: Ranking | None, *, text: str = "", category: str = ""
) -> QuerySet[Partner]:
    """Partners that the ranking leaves out: too little is known of them."""
    inside = RankedPartner.objects.filter(ranking=ranking).values("partner") if ranking else None
    found = levels.active(portfolio) if inside is None else levels.active(portfolio).exclude(pk__in=inside)
    found = found.filter(_matching(text, ""))
    return found.filter(category=category) if category else found


def archived_list(portfolio: Portfolio, *, text: str = "") -> QuerySet[Partner]:
    return Partner.objects.filter(_matching(text, ""), portfolio=portfolio, merged_into=None).exclude(archived_at=None)


def categories(portfolio: Portfolio) -> list[str]:
    found = Partner.objects.filter(portfolio=portfolio).exclude(category="").order_by("category")
    return list(found.values_list("category", flat=True).distinct()[:100])


def _matching(text: str, prefix: str) -> Q:
    wanted = Q()
    for word in fold(text).split():
        wanted &= Q(**{f"{prefix}matched_name__contains": word}) | Q(**{f"{prefix}code__icontains": word})
    return wanted
