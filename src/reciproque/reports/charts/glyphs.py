"""Small drawings of the situations, repeating the grammar of the charts. The words beside them say it."""

from __future__ import annotations

from reciproque.reports.charts.draw import on_paper

BODIES = {
    "lucid_agreement": "{c9}{s24}",
    "lucid_disagreement": '<path d="M12 14h40" class="ink"/>{c9}{s55}',
    "false_agreement": '<path d="M30 14h18" class="ink dotted"/>{c9}{h23}{s55}',
    "false_conflict": '<path d="M31 14h16" class="ink dotted"/>{c9}{s24}{h55}',
    "open_band": '<rect x="3" y="8" width="40" height="12" class="glyph-band"/>'
    '<path d="M35 10l4 4-4 4" class="ink" fill="none"/>',
    "cannot_tell": '<rect x="2" y="5" width="56" height="18" class="glyph-hatch"/>{c20}{s38}',
}
PAPER_GLYPHS = """
.glyph-band{fill:none;stroke:#1e1a26;stroke-width:1.5}.glyph-hatch{fill:none;stroke:#868074;stroke-dasharray:3 3}
"""


def _round(x: int) -> str:
    return f'<circle cx="{x}" cy="14" r="5.5" class="m-client"/>'


def _lozenge(x: int, css: str = "m-supplier") -> str:
    return f'<path d="M{x} 7.4 {x + 6.6:g} 14 {x} 20.6 {x - 6.6:g} 14z" class="{css}"/>'


def glyph(name: str, *, paper: bool = False) -> str:
    """The drawing of a situation: one of `BODIES`."""
    hollow = {"h23": _lozenge(23, "m-supplier hollow"), "h55": _lozenge(55, "m-supplier hollow")}
    full = {"s24": _lozenge(24), "s38": _lozenge(38), "s55": _lozenge(55), "c9": _round(9), "c20": _round(20)}
    body = BODIES[name].format(**hollow, **full)
    if paper:
        return on_paper(64, 28, body, PAPER_GLYPHS)
    return f'<svg class="state-glyph" viewBox="0 0 64 28" aria-hidden="true" focusable="false">{body}</svg>'
