"""The squares of the ledger, and what is due, for the home of a relationship."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from reciproque.app.commitments.queries.due import due_promises
from reciproque.app.directory.models import Account, Relationship

register = template.Library()
# One drawing per kind of square; %(fill)s and %(frame)s carry the colour of the side. The words stand beside.
FRAME = '<rect x="1" y="1" width="26" height="26" rx="2" class="{}"/>'
DRAWN = {
    "kept": FRAME.format("sq-fill {fill}"),
    "late": FRAME.format("sq-frame {frame}") + '<path d="M1 27V3a2 2 0 0 1 2-2h24z" class="sq-fill {fill}"/>',
    "broken": FRAME.format("sq-frame") + '<path d="M8 8l12 12m0-12L8 20" class="sq-cross"/>',
    "disputed": FRAME.format("sq-frame {frame}")
    + '<path d="M1 3a2 2 0 0 1 2-2h11v26H3a2 2 0 0 1-2-2z" class="sq-fill {fill}"/>'
    + '<path d="M17.5 10.5l7 7m0-7l-7 7" class="sq-cross"/>',
    "waiting": FRAME.format("sq-frame {frame}")
    + '<path d="M1 10l9-9M1 19L19 1M4 27L27 4M13 27l14-14M22 27l5-5" class="sq-hatch {frame}"/>',
    "overdue": FRAME.format("sq-open") + '<path d="M14 7v8m0 4v2" class="sq-cross"/>',
    "open": FRAME.format("sq-open"),
}


@register.simple_tag
def promise_square(kind: str, side: str = "") -> SafeString:
    """One promise as a square; the colour is that of a side, or ink."""
    colours = (
        {"fill": f"f-{side}", "frame": f"s-{side}"} if side in ("client", "supplier") else {"fill": "", "frame": ""}
    )
    drawing = mark_safe(DRAWN[kind].format(**colours))  # noqa: S308 - fixed drawings, no word of a user
    return format_html('<svg class="chart kept" width="28" height="28" aria-hidden="true">{}</svg>', drawing)


@register.inclusion_tag("commitments/_due.html")
def promises_due(relationship: Relationship, reader: Account) -> dict[str, Any]:
    """Overdue first: the promises in progress of a relationship, the same list for both companies."""
    return {"relationship": relationship, "due": due_promises(relationship, reader)}
