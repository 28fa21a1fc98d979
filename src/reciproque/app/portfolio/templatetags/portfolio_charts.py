"""Charts of partners in templates: the specification says what to draw."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString, mark_safe

from reciproque.reports.charts.partners import Map, RankRange, partner_map, rank_range, sign

register = template.Library()


@register.simple_tag
def partner_chart(spec: Map | RankRange) -> SafeString:
    """The drawing of a specification; every text in it is escaped by the renderer."""
    drawing = partner_map(spec) if isinstance(spec, Map) else rank_range(spec)
    return mark_safe(drawing)  # noqa: S308 - see above


@register.simple_tag
def partner_sign(side: str, kind: str) -> SafeString:
    """One mark of the legend."""
    return mark_safe(sign(side, kind))  # noqa: S308 - our own drawing
