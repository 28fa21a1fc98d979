"""From scores to what is written: whole numbers on 0..100, margins in words, open bands as bounds."""

from __future__ import annotations

import math

from django.utils.translation import gettext as _

from reciproque.reports.charts.spec import Sign
from reciproque.science.derive import Score
from reciproque.science.mirror import Span

POINT = 2.0  # an interval no wider than this, in points, is only the rounding of the published figure
MINUS = "−"


def whole(value: float) -> int:
    """Nearest whole number, halves upwards."""
    return math.floor(value + 0.5)


def sign_of(score: Score) -> Sign:
    if score.open == "none" and score.high - score.low <= POINT:
        value = whole((score.low + score.high) / 2)
        low, high = max(0, whole(value - score.margin)), min(100, whole(value + score.margin))
        return Sign(value, low, high, str(value), between(low, high))
    low, high = math.floor(score.low + 1e-9), math.ceil(score.high - 1e-9)
    margin = max(1, whole(score.margin))
    return Sign(None, low, high, bound(low, high), _("give or take %(margin)s points") % {"margin": margin}, margin)


def between(low: int, high: int) -> str:
    return _("between %(low)s and %(high)s") % {"low": low, "high": high}


def bound(low: int, high: int) -> str:
    """An open band, or an interval that the published figures leave."""
    if low <= 0 and high >= 100:
        return _("not known")
    if high >= 100:
        return _("%(low)s or more") % {"low": low}
    if low <= 0:
        return _("%(high)s or less") % {"high": high}
    return between(low, high)


def signed(value: int) -> str:
    return f"+{value}" if value > 0 else f"{MINUS}{-value}" if value < 0 else "0"


def gap_text(span: Span, first: Sign | None, second: Sign | None) -> str:
    """A signed gap: the difference of the two figures as they are written, else the interval that is known."""
    if first and second and first.value is not None and second.value is not None:
        return signed(int(first.value - second.value))
    low, high = math.floor(span.low), math.ceil(span.high)
    return _("between %(low)s and %(high)s") % {"low": signed(low), "high": signed(high)}


def gap_verdict(span: Span) -> str:
    if span.settled in (1, -1):
        return _("clear gap")
    return _("no clear gap") if span.settled == 0 else _("cannot tell yet")


def margin_text(margin: float) -> str:
    return str(max(1, whole(margin)))
