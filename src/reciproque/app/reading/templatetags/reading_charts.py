"""Charts in templates: the specification says what to draw."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString, mark_safe

from reciproque.reports.charts import glyphs, lane, pair
from reciproque.reports.charts.spec import Axis, Lane, Legend, Pair

register = template.Library()


@register.simple_tag
def chart(spec: Pair | Lane | Legend | Axis) -> SafeString:
    """The drawing of a specification; every text in it is escaped by the renderer."""
    return mark_safe(_drawing(spec))  # noqa: S308 - see above


def _drawing(spec: Pair | Lane | Legend | Axis) -> str:
    if isinstance(spec, Pair):
        return pair.pair(spec)
    if isinstance(spec, Legend):
        return pair.legend(spec)
    if isinstance(spec, Axis):
        return pair.axis(spec)
    return lane.since(spec) if spec.before else lane.regard(spec)


@register.simple_tag
def glyph(name: str) -> SafeString:
    """The small drawing of a situation."""
    return mark_safe(glyphs.glyph(name)) if name in glyphs.BODIES else SafeString("")  # noqa: S308 - our own drawing
