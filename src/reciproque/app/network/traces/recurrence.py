"""The days of a repeated meeting inside a window, counted by a walk that always ends.

The walk goes from period to period (day, week, month, year) up to the end of the window and no further, so a rule that
never gives a day, or gives one every second for ever, costs no more than an honest one. Part of RFC 5545, 3.3.10:
DAILY, WEEKLY, MONTHLY and YEARLY with INTERVAL, COUNT, UNTIL, BYDAY, BYMONTHDAY, BYMONTH, BYSETPOS and WKST.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from reciproque.app.network.traces.facts import Unreadable

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
PERIODS = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
KNOWN = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS", "WKST"}
WITHIN_A_DAY = {"BYHOUR", "BYMINUTE", "BYSECOND"}
DAY = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
STEPS = 500_000
"""Periods that one file may ask to walk through."""


@dataclass(frozen=True)
class Rule:
    """How a meeting repeats. `days`: pairs of rank (0 for every one) and weekday."""

    period: str
    interval: int = 1
    count: int | None = None
    until: date | None = None
    days: tuple[tuple[int, int], ...] = ()
    month_days: tuple[int, ...] = ()
    months: tuple[int, ...] = ()
    places: tuple[int, ...] = ()
    week_start: int = 0


class Walk:
    """What is left of the steps that a file may cost."""

    def __init__(self) -> None:
        self.left = STEPS

    def step(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise Unreadable("endless")


def read_rule(written: str) -> Rule | None:
    """The rule, or None for one that is not read here (hourly, by week number, badly written).

    >>> read_rule("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH").days
    ((0, 1), (0, 3))
    >>> read_rule("FREQ=SECONDLY") is None
    True
    """
    parts = dict(part.partition("=")[::2] for part in written.upper().split(";") if part)
    if parts.get("FREQ") not in PERIODS or set(parts) - KNOWN - WITHIN_A_DAY:
        return None
    try:
        return _rule(parts)
    except (ValueError, OverflowError):
        return None


def _rule(parts: dict[str, str]) -> Rule | None:
    days = [DAY.fullmatch(day) for day in _items(parts, "BYDAY")]
    rule = Rule(
        period=parts["FREQ"],
        interval=min(max(int(parts.get("INTERVAL", "1")[:9]), 1), 10_000),
        count=int(parts["COUNT"][:9]) if "COUNT" in parts else None,
        until=_date(parts["UNTIL"]) if "UNTIL" in parts else None,
        days=tuple((int(day[1] or 0), WEEKDAYS.index(day[2])) for day in days if day),
        month_days=_numbers(parts, "BYMONTHDAY", 31),
        months=_numbers(parts, "BYMONTH", 12),
        places=_numbers(parts, "BYSETPOS", 366),
        week_start=WEEKDAYS.index(parts.get("WKST", "MO")),
    )
    if not all(days) or (rule.period == "YEARLY" and rule.days and not rule.months):
        return None
    return rule


def _items(parts: dict[str, str], name: str) -> list[str]:
    return [item.strip() for item in parts.get(name, "").split(",")[:64] if item.strip()]


def _numbers(parts: dict[str, str], name: str, most: int) -> tuple[int, ...]:
    found = tuple(int(item[:5]) for item in _items(parts, name))
    if any(not 0 < abs(number) <= most for number in found):
        raise ValueError(name)
    return found


def _date(written: str) -> date:
    return date(int(written[:4]), int(written[4:6]), int(written[6:8]))


def days_of(start: date, rule: Rule, first: date, last: date, walk: Walk) -> Iterator[date]:
    """The days from `first` to `last` on which a meeting that began on `start` takes place."""
    last = min(last, rule.until or last)
    counted, skipped = 0, 0 if rule.count is not None else _before(start, rule, first)
    while True:
        walk.step()
        begin = _period(start, rule, skipped)
        if begin is None or begin > last:
            return
        for day in _placed(_candidates(start, rule, begin), rule.places):
            if day < start:
                continue
            counted += 1
            if day > last or (rule.count is not None and counted > rule.count):
                return
            if day >= first:
                yield day
        skipped += 1


def _before(start: date, rule: Rule, first: date) -> int:
    """Whole periods that lie before the window and need no walk."""
    days = {"DAILY": 1, "WEEKLY": 7, "MONTHLY": 31, "YEARLY": 366}[rule.period] * rule.interval
    return max(0, ((first - start).days - days) // days)


def _period(start: date, rule: Rule, number: int) -> date | None:
    """The first day of a period, counted from the one that holds the start; None after the last year there is."""
    far = number * rule.interval
    try:
        if rule.period == "DAILY":
            return start + timedelta(days=far)
        if rule.period == "WEEKLY":
            return start + timedelta(days=7 * far - (start.weekday() - rule.week_start) % 7)
        if rule.period == "MONTHLY":
            year, month = divmod(start.year * 12 + start.month - 1 + far, 12)
            return date(year, month + 1, 1)
        return date(start.year + far, 1, 1)
    except (OverflowError, ValueError):
        return None


def _candidates(start: date, rule: Rule, begin: date) -> list[date]:
    if rule.period == "DAILY":
        return [begin] if _fits(rule, begin) else []
    if rule.period == "WEEKLY":
        wanted = {weekday for _rank, weekday in rule.days} or {start.weekday()}
        week = [begin + timedelta(days=number) for number in range(7)]
        return [day for day in week if day.weekday() in wanted and _in_months(rule, day)]
    if rule.period == "MONTHLY":
        return _in_month(start, rule, begin) if _in_months(rule, begin) else []
    return _in_year(start, rule, begin)


def _in_year(start: date, rule: Rule, begin: date) -> list[date]:
    months = sorted(set(rule.months)) or (list(range(1, 13)) if rule.month_days else [start.month])
    return [day for month in months for day in _in_month(start, rule, begin.replace(month=month))]


def _fits(rule: Rule, day: date) -> bool:
    weekday = not rule.days or day.weekday() in {weekday for _rank, weekday in rule.days}
    return weekday and _in_months(rule, day) and (not rule.month_days or _month_day(rule, day))


def _in_months(rule: Rule, day: date) -> bool:
    return not rule.months or day.month in rule.months


def _month_day(rule: Rule, day: date) -> bool:
    length = calendar.monthrange(day.year, day.month)[1]
    return day.day in rule.month_days or day.day - length - 1 in rule.month_days


def _in_month(start: date, rule: Rule, begin: date) -> list[date]:
    """The days of one month that the rule names; the day of the start when it names none."""
    length = calendar.monthrange(begin.year, begin.month)[1]
    month = [begin.replace(day=number) for number in range(1, length + 1)]
    if not rule.days and not rule.month_days:
        return [day for day in month if day.day == start.day]
    if rule.month_days:
        month = [day for day in month if _month_day(rule, day)]
    return [day for day in month if not rule.days or _nth(rule, day, length)]


def _nth(rule: Rule, day: date, length: int) -> bool:
    forth, back = (day.day - 1) // 7 + 1, -((length - day.day) // 7 + 1)
    return any(weekday == day.weekday() and rank in (0, forth, back) for rank, weekday in rule.days)


def _placed(days: list[date], places: tuple[int, ...]) -> list[date]:
    """BYSETPOS: the n-th of the period, from either end."""
    if not places:
        return days
    wanted = {place - 1 if place > 0 else len(days) + place for place in places}
    return [day for number, day in enumerate(days) if number in wanted]
