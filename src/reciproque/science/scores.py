"""From answers 1..7 to points 0..100, for one person, then for one side."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from reciproque.science.figures import HIGHEST, LOWEST

POINTS = 100.0


def points(answers: ArrayLike) -> NDArray[np.float64]:
    """Answers on 1..7 as points on 0..100; missing stays missing.

    answers: any shape, 1..7 or NaN. Returns an array of the same shape, points.
    Raises ValueError off the scale. Formula: `(x - 1) / 6 * 100`. Source: the instrument's scale.

    >>> points([1, 4, 7]).tolist()
    [0.0, 50.0, 100.0]
    """
    values = np.array(answers, dtype=np.float64)
    given = values[~np.isnan(values)]
    if ((given < LOWEST) | (given > HIGHEST)).any():
        raise ValueError("answers lie between 1 and 7, or are missing")
    scored: NDArray[np.float64] = (values - LOWEST) / (HIGHEST - LOWEST) * POINTS
    return scored


def person_values(answers: ArrayLike) -> NDArray[np.float64]:
    """Each person's value on one dimension: the mean of the points given, if at least half the items are answered.

    answers: people x items, 1..7 or NaN. Returns one number of points per person, NaN when under half are answered.
    Raises ValueError unless two-dimensional. Source: half rule, Fairclough and Cella (1996).

    >>> person_values([[7, 7, 4, float("nan")], [7, float("nan"), float("nan"), float("nan")]]).tolist()
    [83.33333333333333, nan]
    """
    scored = points(answers)
    if scored.ndim != 2:
        raise ValueError("people x items is expected")
    given = (~np.isnan(scored)).sum(axis=1)
    enough = (2 * given >= scored.shape[1]) & (given > 0)
    values = np.full(scored.shape[0], np.nan)
    values[enough] = np.nansum(scored[enough], axis=1) / given[enough]
    return values


def side_value(answers: ArrayLike) -> float:
    """A side's value on one dimension: the mean over people of their values, in points.

    answers: people x items, 1..7 or NaN. Returns 0..100, NaN when nobody answered half the items.

    >>> side_value([[7, 7], [4, 4], [1, 4]])
    58.333333333333336
    """
    values = person_values(answers)
    known = values[~np.isnan(values)]
    return float(known.mean()) if known.size else float("nan")


def missing_share(answers: ArrayLike) -> float:
    """Share of answers not given, 0..1; NaN when nothing was asked.

    >>> missing_share([[7, float("nan")], [4, 4]])
    0.25
    """
    values = np.array(answers, dtype=np.float64)
    return float(np.isnan(values).mean()) if values.size else float("nan")
