"""The auditor: could anybody work out one answer from all that is published, in this wave and the earlier ones?

It reads the table as an attacker would, who knows who answered, in which function, who abstained where, and the
answers of one colleague (two from twelve ballots). Nothing in its verdict depends on an answer otherwise than through
published figures.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from reciproque.science.breakdown import classes_safe, word_bounds
from reciproque.science.figures import (
    INDEX,
    KEPT_VALUES,
    MIRROR_INDEX,
    Figure,
    InstrumentShape,
    insiders,
    sum_bounds,
)
from reciproque.science.hexagon import ANYWHERE, Hexagon, box
from reciproque.science.solver import CAME, LEFT, Block, Counts, Part, Puzzle, Tally, safe, unlinked

MOST_PATTERNS = 24
Questions = tuple[str, ...]
Rows = tuple[Figure | None, Figure | None]


@dataclass(frozen=True)
class SideTable:
    """Everything published about one side in one wave. answered: answers given per item; people: ids, when known."""

    figures: tuple[Figure, ...]
    answered: Mapping[str, int]
    ballots: int
    people: frozenset[int] = frozenset()
    sizes: Mapping[str, Mapping[str, int]] | None = None  # item -> group -> answers given


@dataclass(frozen=True)
class _Pair:
    """Two waves of one side, seen together; a single wave is a pair whose later wave is empty."""

    earlier: SideTable
    later: SideTable
    people: Counts

    def sums(self, code: str) -> tuple[Figure | None, Figure | None]:
        return _row(self.earlier, code), _row(self.later, code)


NOTHING = SideTable((), {}, 0)


def wave_safe(table: SideTable, shape: InstrumentShape, tally: Tally) -> bool:
    """True when the published table of one side, alone, leaves five of the seven values of every answer possible.

    table: figures of one side and wave, with the answers given per item; shape: the form; tally: counts the checks.
    Source: the attack of sdcTable on hidden cells, here on single answers.

    >>> from reciproque.science.figures import Dimension
    >>> form = InstrumentShape((Dimension("F", "facet", ("F1",)),), ())
    >>> near_the_end = Figure("client", "mean", "F1", ("F1",), value=6.8)
    >>> wave_safe(SideTable((near_the_end,), {"F1": 12}, 12), form, Tally())
    False
    """
    alone = _Pair(table, NOTHING, (0, table.ballots, 0))
    puzzles = _puzzles(alone, shape, (insiders(table.ballots), insiders(table.ballots)))
    return (
        puzzles is not None
        and all(safe(puzzle, tally) for puzzle in puzzles)
        and _words_safe(table, tally)
        and _classes_all_safe(table, tally)
    )


def pair_safe(earlier: SideTable, later: SideTable, shape: InstrumentShape, tally: Tally) -> bool:
    """True when two waves of one side leave five values of every answer even if nobody else changed an answer.

    Function words and classes of an earlier wave cannot be solved together with other people's sums: such a pair
    passes only when the same people answered. Arguments as `wave_safe`, with the ids of those who answered.

    >>> from reciproque.science.figures import Dimension
    >>> form = InstrumentShape((Dimension("F", "facet", ("F1",)),), ())
    >>> row = (Figure("client", "mean", "F1", ("F1",), value=4.0),)
    >>> before = SideTable(row, {"F1": 30}, 30, frozenset(range(30)))
    >>> one_more = SideTable(row, {"F1": 31}, 31, frozenset(range(31)))
    >>> pair_safe(before, one_more, form, Tally())
    False
    """
    moved = earlier.people ^ later.people
    if moved and any(f.kind in ("word", "share") for f in (*earlier.figures, *later.figures)):
        return False
    people = (
        len(earlier.people & later.people),
        len(earlier.people - later.people),
        len(later.people - earlier.people),
    )
    first = insiders(earlier.ballots)
    pair = _Pair(earlier, later, people)
    puzzles = _puzzles(pair, shape, (first, max(first, insiders(later.ballots))))
    if puzzles is None or any(_silent_movers(pair, question) for question in shape.direct_items + shape.mirror_items):
        return False
    alone = [single for puzzle in puzzles if len(puzzle.parts) > 1 for single in unlinked(puzzle)]
    return all(safe(puzzle, tally) for puzzle in (*alone, *puzzles))


def _row(table: SideTable, code: str) -> Figure | None:
    """The figure about a mean with that code; a trend word counts for the interval that it implies."""
    return next((f for f in table.figures if f.code == code and f.kind in ("mean", "interval", "trend")), None)


def _bounds(figure: Figure | None, table: SideTable) -> tuple[int, int] | None:
    if figure is None:
        return None
    return sum_bounds(figure, sum(table.answered[question] for question in figure.questions))


def _known(rows: Rows, pair: _Pair) -> Hexagon:
    if rows == (None, None):
        return ANYWHERE
    return box(_bounds(rows[0], pair.earlier), _bounds(rows[1], pair.later))


def _puzzles(pair: _Pair, shape: InstrumentShape, colleagues: tuple[int, int]) -> list[Puzzle] | None:
    """The independent puzzles of one side; None when the figures overlap in a way the solver does not know."""
    index = pair.sums(INDEX)
    asked = {row.questions for row in index if row is not None}
    linked: set[str] = set().union(*asked)
    pieces = _pieces(pair, shape, linked)
    parts = [part for part in pieces.values() if part is not None and part.blocks]
    if len(asked) > 1 or linked - set().union(*pieces) or any(map(_unknown_to_solver, parts)):
        return None
    whole = all(part is not None for questions, part in pieces.items() if linked.intersection(questions))
    tied = tuple(filter(_tied, parts))
    alone = [Puzzle((part,), pair.people, colleagues) for part in parts if part not in tied]
    return (
        [*alone, Puzzle(tied, pair.people, colleagues, _known(index, pair) if whole else ANYWHERE)] if tied else alone
    )


def _pieces(pair: _Pair, shape: InstrumentShape, linked: set[str]) -> dict[Questions, Part | None]:
    """Questions that belong together and the part they make; None where somebody else must have changed."""
    return {
        questions: _part(pair, questions, pair.sums(code), linked)
        for code, items in _families(shape)
        for questions in _split(pair.sums(code), items)
    }


def _tied(part: Part) -> bool:
    return any(block.linked for block in part.blocks)


def _families(shape: InstrumentShape) -> Iterator[tuple[str, Questions]]:
    for dimension in shape.dimensions:
        yield dimension.code, dimension.items
    yield MIRROR_INDEX, shape.mirror_items


def _split(rows: Rows, items: Questions) -> list[Questions]:
    """One part for a dimension that has its own figure, else one part per question."""
    asked = tuple(sorted({question for row in rows if row is not None for question in row.questions}))
    return [*([asked] if asked else []), *((item,) for item in items if item not in asked)]


def _part(pair: _Pair, questions: Questions, rows: Rows, linked: set[str]) -> Part | None:
    """The part made of those questions; None when the numbers of answers prove that somebody else changed."""
    told = rows if any(row is not None and questions[0] in row.questions for row in rows) else (None, None)
    merged: dict[tuple[bool, tuple[int, int]], list[list[Counts]]] = {}
    blocks: list[Block] = []
    for question in questions:
        known = _known(pair.sums(question), pair)
        asked = (int(question in pair.earlier.answered), int(question in pair.later.answered))
        if asked == (0, 0) or (known is ANYWHERE and told == (None, None) and question not in linked):
            continue
        patterns = _patterns(pair, question, asked)
        if not patterns:
            return None
        if known is ANYWHERE:
            merged.setdefault((question in linked, asked), []).append(patterns)
        else:
            blocks.append(Block(1, tuple(patterns), known, question in linked, asked))
    for (tied, asked), found in merged.items():
        blocks.append(Block(len(found), _totals(found), ANYWHERE, tied, asked))
    return Part(tuple(blocks), _known(told, pair))


def _unknown_to_solver(part: Part) -> bool:
    """Two blocks tied to the index, or too many ways to have abstained to try them all: better refuse than guess."""
    return sum(block.linked for block in part.blocks) > 1 or any(len(b.patterns) > MOST_PATTERNS for b in part.blocks)


def _patterns(pair: _Pair, question: str, asked: tuple[int, int]) -> list[Counts]:
    """Every way the answers to a question can be spread over those who stayed, left, came, given how many answered."""
    stayed, left, came = pair.people
    first, second = pair.earlier.answered.get(question, 0), pair.later.answered.get(question, 0)
    found = []
    for still in range(stayed, -1, -1):
        gone, new = first - still if asked[0] else 0, second - still if asked[1] else 0
        if 0 <= gone <= left and 0 <= new <= came:
            found.append((still, gone, new))
    return found


def _silent_movers(pair: _Pair, question: str) -> bool:
    """Whether all who left, or all who came, must have abstained: their silence itself would then be known."""
    if question not in pair.earlier.answered or question not in pair.later.answered:
        return False
    patterns = _patterns(pair, question, (1, 1))
    return bool(patterns) and any(
        pair.people[kind] > 0 and all(pattern[kind] == 0 for pattern in patterns) for kind in (LEFT, CAME)
    )


def _totals(found: list[list[Counts]]) -> tuple[Counts, ...]:
    totals: set[Counts] = {(0, 0, 0)}
    for patterns in found:
        totals = {(a + s, b + d, c + e) for (a, b, c), (s, d, e) in product(totals, patterns)}
        if len(totals) > MOST_PATTERNS:
            break
    return tuple(sorted(totals, reverse=True))


def _words_safe(table: SideTable, tally: Tally) -> bool:
    words: dict[str, list[Figure]] = {}
    for figure in table.figures:
        if figure.kind == "word":
            words.setdefault(figure.code, []).append(figure)
    classed = {figure.code for figure in table.figures if figure.kind == "share"}
    return all(item not in classed and _item_words_safe(table, item, rows, tally) for item, rows in words.items())


def _item_words_safe(table: SideTable, item: str, words: Sequence[Figure], tally: Tally) -> bool:
    row, sizes = _row(table, item), (table.sizes or {}).get(item)
    if row is None or sizes is None:
        return False
    given, colleagues = table.answered[item], insiders(table.ballots)
    least, most = sum_bounds(row, given)
    rows = [(sizes[f.group or ""], word_bounds(f.word or "", sizes[f.group or ""])) for f in words]
    turned = [(size, (8 * size - high, 8 * size - low)) for size, (low, high) in rows]
    for group in range(len(rows)):
        lowest = _lowest(rows, least, group, colleagues)
        highest = 8 - _lowest(turned, 8 * given - most, group, colleagues)
        tally.checks += 7
        if highest - lowest + 1 < KEPT_VALUES:
            return False
    return True


def _lowest(rows: Sequence[tuple[int, tuple[int, int]]], least: int, target: int, colleagues: int) -> int:
    """The lowest answer possible in group `target` when colleagues anywhere answered 1; 8 when none is.

    rows: (answers, (smallest sum, largest sum)) per group; least: smallest sum of the side.
    """
    losses = [[max(0, high - (7 * (size - k) + k)) for k in range(colleagues + 1)] for size, (_, high) in rows]
    worst = 1
    for inside in range(colleagues + 1):
        size, (low, high) = rows[target]
        rest = sum(row[1][1] for g, row in enumerate(rows) if g != target)
        outside = [loss for g, loss in enumerate(losses) if g != target]
        rest -= _worst_loss(outside, colleagues - inside)
        room = 7 * (size - 1 - inside) + inside
        value = next((x for x in range(1, 8) if x + room >= low and min(high, x + room) + rest >= least), 8)
        worst = max(worst, value)
    return worst


def _worst_loss(losses: Sequence[Sequence[int]], colleagues: int) -> int:
    """The most that `colleagues` people can take off the largest sums of the other groups."""
    if not losses or colleagues == 0:
        return 0
    single = sorted((loss[1] for loss in losses), reverse=True)
    return max([loss[colleagues] for loss in losses] + [sum(single[:colleagues])])


def _classes_all_safe(table: SideTable, tally: Tally) -> bool:
    shares: dict[str, list[Figure]] = {}
    for figure in table.figures:
        if figure.kind == "share":
            shares.setdefault(figure.code, []).append(figure)
    for item, rows in shares.items():
        row, given = _row(table, item), table.answered[item]
        if row is None or len(rows) != 3:
            return False
        steps = [round((figure.low or 0.0) * 5) for figure in rows]
        tally.checks += 196
        if not classes_safe(sum_bounds(row, given), (steps[0], steps[1], steps[2]), given, insiders(table.ballots)):
            return False
    return True
