"""Rows that may be one company: the same SIREN, the same VAT number, or the same name without its legal form."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from reciproque.app.portfolio.models import Partner, Portfolio
from reciproque.app.portfolio.queries import levels

WAYS = ("siren", "vat", "matched_name")
MOST = 200


@dataclass(frozen=True)
class Alike:
    """Partners that share something, and the token under which they can be told apart for good."""

    group: str
    why: str
    partners: tuple[Partner, ...]


def look_alikes(portfolio: Portfolio) -> list[Alike]:
    """Groups of two or more, each partner in one group only, surest first."""
    seen: set[int] = set()
    found = []
    for way in WAYS:
        for value, partners in _groups(portfolio, way).items():
            group = f"{way}:{value}"
            fresh = [partner for partner in partners if partner.pk not in seen]
            if len(fresh) < 2 or group in portfolio.kept_apart:
                continue
            seen |= {partner.pk for partner in fresh}
            found.append(Alike(group, _why(way, value), tuple(fresh)))
    return found


def _groups(portfolio: Portfolio, way: str) -> dict[str, list[Partner]]:
    partners = levels.active(portfolio).exclude(**{way: ""})
    shared = partners.order_by().values(way).annotate(count=Count("pk")).filter(count__gt=1).values(way)[:MOST]
    groups: dict[str, list[Partner]] = {}
    for partner in partners.filter(**{f"{way}__in": shared}).order_by(way, "pk"):
        groups.setdefault(getattr(partner, way), []).append(partner)
    return groups


def _why(way: str, value: str) -> str:
    if way == "siren":
        return _("Same SIREN: %(value)s") % {"value": value}
    if way == "vat":
        return _("Same VAT number: %(value)s") % {"value": value}
    return _("Same name, but for its legal form")


def merged(portfolio: Portfolio) -> QuerySet[Partner]:
    return Partner.objects.filter(portfolio=portfolio).exclude(merged_into=None).select_related("merged_into")
