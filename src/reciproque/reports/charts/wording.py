"""The words around the pairs of figures, the same on a screen and in a file; the caller brings the translation."""

from __future__ import annotations

from collections.abc import Callable

from reciproque.reports.charts.spec import Axis, Legend

Translate = Callable[[str], str]


def axis(_: Translate) -> Axis:
    return Axis(
        id="axis",
        title=_("Scale"),
        description=_("From 0, strongly disagree, to 100, strongly agree. 50 means mixed."),
        low=_("strongly disagree"),
        middle=_("mixed"),
        high=_("strongly agree"),
    )


def legend(_: Translate) -> Legend:
    return Legend(
        id="legend",
        title=_("How to read a line"),
        description=_(
            "Full round: what the client says of the supplier. Hollow lozenge on the same line: what the supplier "
            "thinks the client says of it. Below, the reverse. The ink bracket joins the two views: it is "
            "the gap. The dotted line is the blind spot."
        ),
        client_says=_("the client says"),
        supplier_says=_("the supplier says"),
        client_imagines=_("the client imagines it"),
        supplier_imagines=_("the supplier imagines it"),
        gap=_("gap"),
        blind_spot=_("blind spot"),
    )
