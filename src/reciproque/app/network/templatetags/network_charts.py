"""The drawing of a web in templates: the specification says what to draw."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString, mark_safe

from reciproque.reports.charts.web import WebChart, web

register = template.Library()


@register.simple_tag
def web_chart(spec: WebChart) -> SafeString:
    """The drawing; every text in it is escaped by the renderer."""
    return mark_safe(web(spec))  # noqa: S308 - see above
