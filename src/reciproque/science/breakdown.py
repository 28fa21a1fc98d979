"""Function words and classes of answers: who is grouped with whom, and on which questions they may appear.

Whether a question shows words is decided from its published total and from numbers of people only, so that showing or
hiding says nothing about the answers (simulatable auditing: Kenthapadi, Mishra and Nissim, PODS 2005).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import combinations_with_replacement

import numpy as np
from numpy.typing import NDArray

from reciproque.science.figures import (
    CLASSES,
    GROUP_MINIMUM,
    HIGH_FROM,
    KEPT_VALUES,
    LOW_BELOW,
    Figure,
)

WORDS = ("low", "mixed", "high")
_WORD_LIMITS = {"low": (None, LOW_BELOW), "mixed": (LOW_BELOW, HIGH_FROM), "high": (HIGH_FROM, None)}
_CLASS_OF = {1: 0, 2: 0, 3: 1, 4: 1, 5: 1, 6: 2, 7: 2}
_SMALLEST, _LARGEST = (1, 3, 6), (2, 5, 7)
Span = tuple[int, int]


def groups(functions: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Functions of eight people or more, smaller ones merged until all reach eight; empty when one group is left.

    Returns group code (sorted functions joined by "+") -> functions.

    >>> groups(["quality"] * 9 + ["sales"] * 8 + ["legal"] * 3)
    {'quality': ('quality',), 'legal+sales': ('legal', 'sales')}
    >>> groups(["quality"] * 9 + ["legal"] * 3)
    {}
    """
    sizes: list[tuple[int, tuple[str, ...]]] = [(size, (function,)) for function, size in Counter(functions).items()]
    while True:
        sizes.sort(key=lambda group: (group[0], group[1]))
        if len(sizes) < 2:
            return {}
        if sizes[0][0] >= GROUP_MINIMUM:
            found = sorted((names for _, names in sizes), key=lambda names: (len(names), names))
            return {"+".join(names): names for names in found}
        (first, names), (second, more) = sizes[0], sizes[1]
        sizes = [(first + second, tuple(sorted(names + more))), *sizes[2:]]


def word_of(total: int, given: int) -> str:
    """low < 3.25 <= mixed < 4.75 <= high, for a sum of answers.

    >>> word_of(26, 8), word_of(25, 8), word_of(38, 8)
    ('mixed', 'low', 'high')
    """
    if 4 * total < 13 * given:
        return "low"
    return "mixed" if 4 * total < 19 * given else "high"


def word_bounds(word: str, given: int) -> Span:
    """Smallest and largest sum of a group of `given` answers with that word.

    >>> word_bounds("low", 8), word_bounds("mixed", 8), word_bounds("high", 8)
    ((8, 25), (26, 37), (38, 56))
    """
    if word == "low":
        return given, -(-13 * given // 4) - 1
    if word == "mixed":
        return -(-13 * given // 4), -(-19 * given // 4) - 1
    return -(-19 * given // 4), 7 * given


@lru_cache(maxsize=4096)
def words_allowed(total: Span, sizes: tuple[int, ...], colleagues: int) -> bool:
    """True when every combination of words that fits the published total leaves five values to everybody.

    total: bounds of the sum of the side; sizes: answers per group, eight or more each; colleagues: 1 or 2.
    Only two things can pin somebody: a "high" group when the total is close to the most the words allow, and a "low"
    group when it is close to the least. Both are sums over groups, listed in the bits of one whole number.

    >>> words_allowed((64, 64), (8, 8), 2)
    True
    >>> words_allowed((81, 81), (8, 8), 2)
    False
    """
    if len(sizes) < 2 or min(sizes) < GROUP_MINIMUM:
        return False
    reach = 6 * colleagues + KEPT_VALUES - 1
    least, most = total
    return not _near(least, reach, sizes, turned=False) and not _near(8 * sum(sizes) - most, reach, sizes, turned=True)


def _near(least: int, reach: int, sizes: tuple[int, ...], *, turned: bool) -> bool:
    """Whether some words, one of them at the end of the scale, reach at most `reach - 1` above `least`."""
    without, with_end = 1, 0
    for size in sizes:
        inner = _tops(size, turned=turned)
        with_end = _bits(with_end, inner) | (with_end | without) << 7 * size
        without = _bits(without, inner)
    return with_end >> max(least, 0) & ((1 << reach) - 1) != 0


def _tops(size: int, *, turned: bool) -> tuple[int, int]:
    """The largest sums of the two words that are not at the end; on the scale read backwards when `turned`."""
    if turned:
        return 8 * size - word_bounds("mixed", size)[0], 8 * size - word_bounds("high", size)[0]
    return word_bounds("low", size)[1], word_bounds("mixed", size)[1]


def _bits(sums: int, steps: tuple[int, int]) -> int:
    return sums << steps[0] | sums << steps[1]


def word_figures(
    side: str,
    item: str,
    answers: NDArray[np.float64],
    functions: Sequence[str],
    found: dict[str, tuple[str, ...]],
    n: int,
) -> list[Figure]:
    """The word of each group on one question. answers: n numbers, NaN for missing; functions: n codes.

    >>> found = {"legal": ("legal",), "sales": ("sales",)}
    >>> rows = word_figures("client", "F1", np.array([2.0, 6.0]), ["legal", "sales"], found, 2)
    >>> [(row.group, row.word) for row in rows]
    [('legal', 'low'), ('sales', 'high')]
    """
    rows = []
    for group, names in found.items():
        given = answers[[function in names for function in functions]]
        given = given[~np.isnan(given)]
        word = word_of(int(given.sum()), len(given))
        low, high = _WORD_LIMITS[word]
        rows.append(Figure(side, "word", item, (item,), low=low, high=high, group=group, decimals=2, n=n, word=word))
    return rows


def group_sizes(
    answers: NDArray[np.float64], functions: Sequence[str], found: dict[str, tuple[str, ...]]
) -> tuple[int, ...]:
    """Answers given in each group on one question.

    >>> found = {"legal": ("legal",), "sales": ("sales",)}
    >>> group_sizes(np.array([2.0, np.nan, 6.0]), ["legal", "legal", "sales"], found)
    (1, 1)
    """
    present = ~np.isnan(answers)
    return tuple(int(present[[function in names for function in functions]].sum()) for names in found.values())


def fifth(part: int, whole: int) -> int:
    """0 under 20 %, 1 from 20 % to under 40 %, ... 4 from 80 %.

    >>> [fifth(k, 20) for k in (3, 4, 16, 20)]
    [0, 1, 4, 4]
    """
    return min(4, 5 * part // whole)


def class_figures(side: str, item: str, answers: NDArray[np.float64], n: int) -> list[Figure]:
    """Share of answers in 1-2, 3-5 and 6-7, in fifths. answers: numbers 1..7, NaN for missing.

    >>> [(row.low, row.high) for row in class_figures("client", "F1", np.array([1.0, 4.0, 4.0, 7.0]), 4)]
    [(0.2, 0.4), (0.4, 0.6), (0.2, 0.4)]
    """
    given = answers[~np.isnan(answers)]
    rows = []
    for values in CLASSES:
        step = fifth(int(np.isin(given, values).sum()), len(given))
        rows.append(
            Figure(side, "share", item, (item,), low=step / 5, high=(step + 1) / 5, values=values, decimals=1, n=n)
        )
    return rows


def abstain_figure(side: str, item: str, answers: NDArray[np.float64], n: int) -> Figure:
    """Share of the ballots that are not in a position to answer, in fifths.

    >>> abstain_figure("client", "F1", np.array([1.0, np.nan, 4.0]), 3).low
    0.2
    """
    step = fifth(int(np.isnan(answers).sum()), n)
    return Figure(side, "abstain", item, (item,), low=step / 5, high=(step + 1) / 5, decimals=1, n=n)


def class_bounds(step: int, given: int) -> Span:
    """Smallest and largest number of answers in a class shown in that fifth.

    >>> class_bounds(0, 20), class_bounds(4, 20)
    ((0, 3), (16, 20))
    """
    return -(-step * given // 5), given if step == 4 else -(-(step + 1) * given // 5) - 1


@lru_cache(maxsize=4096)
def classes_safe(total: Span, steps: tuple[int, int, int], given: int, colleagues: int) -> bool:
    """True when the total and the three fifths leave five values to everybody, whatever `colleagues` people answered.

    Exact: for fixed numbers of people per class the sums have no holes, and neighbouring numbers overlap.

    >>> classes_safe((118, 121), (1, 2, 1), 30, 2)
    True
    >>> classes_safe((105, 106), (0, 4, 0), 20, 2)
    False
    """
    bounds = [class_bounds(step, given) for step in steps]
    for known in combinations_with_replacement(range(1, 8), colleagues):
        possible = sum(_fits(total, bounds, given, (*known, value)) for value in range(1, 8))
        if 0 < possible < KEPT_VALUES:
            return False
    return True


def _fits(total: Span, bounds: list[Span], given: int, fixed: tuple[int, ...]) -> bool:
    """Whether people other than those whose answers are fixed can complete the total and the classes."""
    taken = Counter(_CLASS_OF[value] for value in fixed)
    left = [(max(0, low - taken[k]), high - taken[k]) for k, (low, high) in enumerate(bounds)]
    rest = given - len(fixed)
    if any(high < low for low, high in left) or not sum(b[0] for b in left) <= rest <= sum(b[1] for b in left):
        return False
    least = sum(fixed) + _fill(left, rest, _SMALLEST, (0, 1, 2))
    most = sum(fixed) + _fill(left, rest, _LARGEST, (2, 1, 0))
    return least <= total[1] and most >= total[0]


def _fill(bounds: list[Span], people: int, worth: tuple[int, int, int], order: tuple[int, int, int]) -> int:
    """Extreme sum when `people` are spread over the classes, filling them in `order`."""
    rest = people - sum(low for low, _ in bounds)
    total = sum(low * worth[k] for k, (low, _) in enumerate(bounds))
    for k in order:
        added = min(rest, bounds[k][1] - bounds[k][0])
        total += added * worth[k]
        rest -= added
    return total
