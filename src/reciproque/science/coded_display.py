"""What a room may see of a vote: counts whose two ends are blurred, so that nobody can be sure of a colleague.

"At most 2", the exact count in between, "at least n - 2": the two end codes hold three counts each, so one person who
subtracts her own vote still cannot tell. The verdict shown is computed from these codes and says nothing more.

Two counts of one statement are never both shown: the difference would belong to whoever left or changed in between. Of
a second vote only a word is said, and only when more people moved than anybody could have watched.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import product

from scipy.special import betainc

from reciproque.science.counts import Counts

END = 3
SHOWN_FROM, BOTH_FROM, SHARES_FROM = 5, 8, 20
MOVED, QUARTER = 3, 4
PUBLIC = 0.75


@dataclass(frozen=True)
class Code:
    """A count known to lie between `low` and `high`, both included, out of `answers`."""

    low: int
    high: int
    answers: int

    @property
    def text(self) -> str:
        """In English, for files: at most 2, 4, at least 6."""
        if self.low == self.high:
            return str(self.low)
        return f"at most {self.high}" if self.low == 0 else f"at least {self.low}"


@dataclass(frozen=True)
class CodedSide:
    """What may be shown of one side. `disagree` only from 8 answers; `word` is minority, shared or majority from 5
    answers, little_agreement, shared or broad_agreement from 8; `as_shares` says to write percentages."""

    answers: int
    agree: Code
    disagree: Code | None
    word: str
    as_shares: bool


@dataclass(frozen=True)
class CodedStatement:
    """Both sides, or none when the smaller one has fewer than five answers: then each company declares its position.

    `verdict` is common, reject, oppose, majority_both or open: what the codes alone establish.
    """

    client: CodedSide | None
    supplier: CodedSide | None
    verdict: str


def code(count: int, answers: int, end: int = END) -> Code:
    """Blur the two ends of a count.

    Parameters
    ----------
    count : int in 0..answers
    answers : int >= 2 * end - 1
    end : int
        Counts held by each end code: c + 2 protects against c colleagues who pool what they know.

    Returns
    -------
    Code

    Raises
    ------
    ValueError
        When there are too few answers for two ends, or the count is not in range.

    Formula: [0, end - 1], the exact count, [answers - end + 1, answers].
    Source: top and bottom coding (statistical disclosure control); enumerated for every side of 5 to 15 in the tests.

    Examples
    --------
    >>> code(7, 8).text, code(4, 8).text, code(1, 8).text
    ('at least 6', '4', 'at most 2')
    """
    if answers < 2 * end - 1 or not 0 <= count <= answers:
        raise ValueError(f"a count of {count} out of {answers} answers cannot be coded")
    if count < end:
        return Code(0, end - 1, answers)
    if count > answers - end:
        return Code(answers - end + 1, answers, answers)
    return Code(count, count, answers)


def coded(client: Counts, supplier: Counts) -> CodedStatement:
    """What may be shown of one statement, by the size of the smaller side.

    Parameters
    ----------
    client, supplier : Counts

    Returns
    -------
    CodedStatement
        Nothing under 5 answers; from 5 the agreeing count; from 8 also the disagreeing one; from 20 the same codes are
        written as percentages.

    Source: enumeration of all votes in tests/science/test_coded_display.py.

    Examples
    --------
    >>> shown = coded(Counts(8, 0, 0), Counts(7, 1, 0))
    >>> shown.client.agree.text, shown.client.disagree.text, shown.client.word, shown.verdict
    ('at least 6', 'at most 2', 'broad_agreement', 'common')
    >>> coded(Counts(4, 0, 0), Counts(9, 0, 0)).client is None
    True
    """
    smaller = min(client.answers, supplier.answers)
    if smaller < SHOWN_FROM:
        return CodedStatement(None, None, "open")
    sides = _side(client, smaller), _side(supplier, smaller)
    return CodedStatement(*sides, public_verdict(*sides))


def movement(before: Counts, after: Counts, came_or_went: int = 0) -> str:
    """Whether one side clearly agrees more, or less, in a second vote on the same statement; else nothing is said.

    Parameters
    ----------
    before, after : Counts
        The answers of one side in the first vote and in the second.
    came_or_went : int >= 0
        How many of the side may have answered only one of the two.

    Returns
    -------
    str
        more, fewer, or unclear: the codes do not establish a movement, or too few answered.

    Formula: with T = max(3, a quarter of the side, rounded up) + came_or_went, more when the lowest agreeing count that
    the second code allows exceeds the highest that the first allows by T or more; fewer the other way round.
    Source: enumeration of all pairs of votes in tests/science/test_coded_movement.py.

    Examples
    --------
    >>> movement(Counts(2, 5, 1), Counts(7, 0, 1)), movement(Counts(4, 4, 0), Counts(6, 2, 0))
    ('more', 'unclear')
    >>> movement(Counts(2, 6, 0), Counts(6, 1, 0), came_or_went=1), movement(Counts(4, 0, 0), Counts(0, 4, 0))
    ('unclear', 'unclear')
    """
    people = max(before.answers, after.answers)
    if min(before.answers, after.answers) < SHOWN_FROM:
        return "unclear"
    first, second = code(before.agree, before.answers), code(after.agree, after.answers)
    needed = max(MOVED, -(-people // QUARTER)) + came_or_went
    if second.low - first.high >= needed:
        return "more"
    return "fewer" if first.low - second.high >= needed else "unclear"


def _side(counts: Counts, smaller: int) -> CodedSide:
    agree = code(counts.agree, counts.answers)
    both = smaller >= BOTH_FROM
    disagree = code(counts.disagree, counts.answers) if both else None
    return CodedSide(counts.answers, agree, disagree, _word(agree, both), smaller >= SHARES_FROM)


def _word(agree: Code, both: bool) -> str:
    """A word of the code alone: halves below eight answers, thirds from there."""
    few, many = ("little_agreement", "broad_agreement") if both else ("minority", "majority")
    if 3 * agree.high <= agree.answers or (not both and 2 * agree.high < agree.answers):
        return few
    if 3 * agree.low >= 2 * agree.answers or (not both and 2 * agree.low > agree.answers):
        return many
    return "shared"


@lru_cache(maxsize=4096)
def public_verdict(client: CodedSide, supplier: CodedSide) -> str:
    """The verdict that the codes alone establish: the least favourable counts compatible with them still reach 0.75.

    Parameters
    ----------
    client, supplier : CodedSide

    Returns
    -------
    str
        common, reject or oppose (from 8 answers on each side), majority_both (a majority agrees on both sides, from
        5), else open.

    Formula: the minimum of the posterior probability over all counts compatible with both codes, against 0.75.

    Examples
    --------
    >>> eight, seven = coded(Counts(8, 0, 0), Counts(8, 0, 0)), coded(Counts(7, 0, 0), Counts(7, 0, 0))
    >>> eight.verdict, seven.verdict
    ('common', 'majority_both')
    """
    if client.disagree is not None and supplier.disagree is not None:
        worlds = list(product(_compatible(client), _compatible(supplier)))
        for name, probability in (("oppose", _opposed), ("common", _agreed), ("reject", _refused)):
            if min(probability(one, other) for one, other in worlds) >= PUBLIC:
                return name
    if all(2 * side.agree.low > side.answers for side in (client, supplier)):
        return "majority_both"
    return "open"


def _compatible(side: CodedSide) -> list[Counts]:
    agree, disagree = side.agree, side.disagree
    assert disagree is not None
    return [
        Counts(a, d, side.answers - a - d)
        for a in range(agree.low, agree.high + 1)
        for d in range(disagree.low, min(disagree.high, side.answers - a) + 1)
    ]


@lru_cache(maxsize=65536)
def _above_half(hits: int, misses: float) -> float:
    return float(betainc(misses, hits + 0.5, 0.5))


def _agreed(one: Counts, other: Counts) -> float:
    return _above_half(one.agree, one.disagree + one.passing + 1) * _above_half(
        other.agree, other.disagree + other.passing + 1
    )


def _refused(one: Counts, other: Counts) -> float:
    return _above_half(one.disagree, one.agree + one.passing + 1) * _above_half(
        other.disagree, other.agree + other.passing + 1
    )


def _opposed(one: Counts, other: Counts) -> float:
    left, right = _above_half(one.agree, one.disagree + 0.5), _above_half(other.agree, other.disagree + 0.5)
    return left * (1 - right) + (1 - left) * right
