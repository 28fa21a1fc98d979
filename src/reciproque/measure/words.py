"""Figures and codes put into words, in the language of the reader."""

from __future__ import annotations

import math
from collections.abc import Sequence

from reciproque.instruments import Instrument
from reciproque.measure import results
from reciproque.measure.language import current, ngettext
from reciproque.measure.language import gettext as _
from reciproque.measure.results import CLIENT, Difference, Estimate
from reciproque.reports.charts.spec import Sign

MINUS = "−"


def whole(value: float) -> int:
    """Nearest whole number, halves upwards."""
    return math.floor(value + 0.5)


def signed(value: float) -> str:
    number = whole(value)
    return f"+{number}" if number > 0 else f"{MINUS}{-number}" if number < 0 else "0"


def decimal(value: float | None, places: int = 2) -> str:
    """A number with the decimal sign of the language; a dash for none."""
    if value is None:
        return "–"
    text = f"{value:.{places}f}".replace("-", MINUS)
    return text.replace(".", ",") if current() == "fr" else text


def between(low: float, high: float) -> str:
    return _("between %(low)s and %(high)s") % {"low": whole(low), "high": whole(high)}


def bound(low: float, high: float) -> str:
    """An open band, or an interval that the published figures leave."""
    start, end = math.floor(low + 1e-9), math.ceil(high - 1e-9)
    if start <= 0 and end >= 100:
        return _("not known")
    if end >= 100:
        return _("%(low)s or more") % {"low": start}
    if start <= 0:
        return _("%(high)s or less") % {"high": end}
    return between(start, end)


def sign_of(estimate: Estimate | None) -> Sign | None:
    """How a figure is drawn and written; None when there is nothing to show."""
    if estimate is None or estimate.low is None or estimate.high is None:
        return None
    if estimate.mean is not None:
        low, high = whole(estimate.low), whole(estimate.high)
        return Sign(whole(estimate.mean), low, high, str(whole(estimate.mean)), between(low, high))
    start, end = estimate.known or (estimate.low, estimate.high)
    margin = max(1, whole(max(start - estimate.low, estimate.high - end)))
    around = _("give or take %(margin)s points") % {"margin": margin}
    return Sign(None, math.floor(start + 1e-9), math.ceil(end - 1e-9), bound(start, end), around, margin)


def figure(estimate: Estimate | None) -> str:
    sign = sign_of(estimate)
    return sign.text if sign else "–"


def gap_text(gap: Difference | None, client: Sign | None = None, supplier: Sign | None = None) -> str:
    """The difference of the two figures as they are written, else what is known of it."""
    if gap is None or gap.low is None or gap.high is None:
        return "–"
    if client and supplier and client.value is not None and supplier.value is not None:
        return signed(client.value - supplier.value)
    if gap.difference is not None:
        return signed(gap.difference)
    low, high = gap.known or (gap.low, gap.high)
    return _("between %(low)s and %(high)s") % {"low": signed(math.floor(low)), "high": signed(math.ceil(high))}


def verdict(gap: Difference | None) -> str:
    if gap is None or gap.low is None:
        return "–"
    return {"clear": _("clear gap"), "not_large": _("no clear gap")}.get(gap.verdict, _("cannot tell yet"))


def gap_note(gap: Difference | None, client: Sign | None, supplier: Sign | None) -> str:
    if gap is None or gap.low is None or gap.high is None or gap.margin is None:
        return ""
    text = _("Gap %(gap)s, give or take %(margin)s points.") % {
        "gap": gap_text(gap, client, supplier),
        "margin": max(1, whole(gap.margin)),
    }
    if gap.shrunken is None:
        return text
    return f"{text} " + _("Drawn towards the other relationships: %(gap)s.") % {"gap": signed(gap.shrunken)}


def state_label(state: str) -> str:
    return {
        "lucid_agreement": _("Lucid agreement"),
        "lucid_disagreement": _("Lucid disagreement"),
        "false_agreement": _("False agreement"),
        "false_conflict": _("False conflict"),
    }.get(state, _("Cannot tell yet"))


def change_word(word: str) -> str:
    return {"clear_rise": _("clear rise"), "clear_fall": _("clear fall")}.get(word, _("cannot tell"))


def trend_word(word: str) -> str:
    return {"down": _("down"), "up": _("up")}.get(word, _("about the same"))


def side_name(side: str) -> str:
    return _("client") if side == CLIENT else _("supplier")


def sees(side: str) -> str:
    """Heading of what one side says."""
    return _("The client on the supplier") if side == CLIENT else _("The supplier on the client")


def named(name: str, what: str) -> str:
    return _("%(name)s: %(what)s") % {"name": name, "what": what}


def listed(words: Sequence[str]) -> str:
    if len(words) < 2:
        return "".join(words)
    return _("%(first)s and %(last)s") % {"first": ", ".join(words[:-1]), "last": words[-1]}


def answers(number: int) -> str:
    return ngettext("%(number)s person answered", "%(number)s people answered", number) % {"number": number}


def label(instrument: Instrument, code: str) -> str:
    """The name of a dimension, in the language of the reader if the questionnaire has it."""
    for dimension in instrument.dimensions:
        if dimension.code == code:
            return dimension.label.get(current(), next(iter(dimension.label.values())))
    return {results.PROFILE: _("The six subjects"), results.INDEX: _("On the whole, with the mirror")}.get(code, code)


def role(instrument: Instrument, code: str) -> str:
    return next((dimension.role for dimension in instrument.dimensions if dimension.code == code), "")


def definition(instrument: Instrument, code: str) -> str:
    for dimension in instrument.dimensions:
        if dimension.code == code:
            return dimension.definition.get(current(), next(iter(dimension.definition.values())))
    return ""


def reason(code: str | None) -> str:
    """Why a figure does not exist."""
    return {
        results.NOT_ASKED: _("not asked in this file"),
        results.NO_ANSWER: _("nobody answered enough of it"),
        results.ONE_PERSON: _("one person only: no interval"),
        results.FEWER_THAN_FIVE: _("fewer than five people answered on one side: nothing is shown, on either side"),
        results.AUDIT: _("put together, the figures would have given an answer away"),
        results.NO_IDENTIFIERS: _("the file does not say who answered twice: a second wave could give answers away"),
        results.TREND: _("one to four people came or left: words, not figures"),
        results.OPEN_BAND: _("near the end of the scale: only a bound is shown"),
        results.TOO_FEW: _("a question has fewer than five answers on one side"),
        results.NO_MIRROR: _("not asked as a mirror, or by one side only"),
        results.TOO_FEW_PEOPLE: _("too few people"),
        results.NO_VARIANCE: _("everybody gave the same answer"),
        results.FEW_RELATIONSHIPS: _("too few relationships in the file"),
        results.ONE_SIDE: _("only one side answered"),
        results.ONE_ITEM: _("a single question"),
    }.get(code or "", _("not defined here"))


def dropped(kind: str) -> str:
    """A kind of figures that the audit left out."""
    return {
        "words": _("words by function"),
        "classes": _("three classes of answers"),
        "items": _("sentences one by one"),
        "mirror": _("mirrors"),
        "dimensions": _("subjects"),
        "trend": _("words on the trend"),
    }.get(kind, kind)
