"""What a formula returns when there is nothing to compute: a NaN that says why."""

from __future__ import annotations

from math import nan


class Undefined(float):
    """A NaN with its reason: it goes through any arithmetic as NaN, and whoever shows it can say why.

    Parameters
    ----------
    reason : str
        One English sentence, without figures of people; the caller translates it.

    Examples
    --------
    >>> from math import isnan
    >>> value = Undefined("fewer than two people")
    >>> isnan(value), value.reason
    (True, 'fewer than two people')
    """

    reason: str

    def __new__(cls, reason: str) -> Undefined:
        value = super().__new__(cls, nan)
        value.reason = reason
        return value

    def __repr__(self) -> str:
        return f"Undefined({self.reason!r})"
