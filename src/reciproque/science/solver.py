"""Exact bounds of single answers, given the published sums of one wave, or of two in which nobody else changed.

Model of one side. A *block* is a question, or several questions of one dimension that no figure tells apart. A *part*
is a dimension (or one question with its own figure): its blocks add up to a published sum. Some blocks are *linked*:
they also add up, across parts, to the mirror index. People are exchangeable within three kinds: stayed, left, came
(`KINDS`); in a single wave everybody is "left", a person seen by the earlier wave only.

The attacker knows everybody's abstentions and the answers of some colleagues. For every choice of those colleagues
and of the answer sought, the solver counts how many of the seven values remain. Colleagues' answers are set to the
ends of the scale: the number of values left to another person is a concave function of what the colleagues answered,
so its minimum is at an end. Blocks other than the one that holds the answer sought are reduced to what is possible
**whatever** the colleagues answered there and whoever abstained, which can only make the solver more severe.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import combinations_with_replacement, product

from reciproque.science.figures import KEPT_VALUES
from reciproque.science.hexagon import (
    ANYWHERE,
    ORIGIN,
    Hexagon,
    add,
    answers,
    hull,
    meet,
    minus,
    shift,
    tight,
)

KINDS = ((1, 1), (1, 0), (0, 1))  # stayed, left, came: counted in (earlier, later)
STAYED, LEFT, CAME = 0, 1, 2
Counts = tuple[int, int, int]


@dataclass(frozen=True)
class Block:
    """`questions` in the block; `patterns` = every possible number of answers by those who stayed, left, came."""

    questions: int
    patterns: tuple[Counts, ...]
    known: Hexagon = ANYWHERE
    linked: bool = False
    asked: tuple[int, int] = (1, 1)  # in the earlier wave, in the later one

    def reach(self, counts: Counts) -> Hexagon:
        """What that many answers by those who stayed, left, came can add up to."""
        stayed, left, came = counts
        if self.asked == (1, 1):
            return answers(stayed, left, came)
        return answers(0, stayed + left, 0) if self.asked == (1, 0) else answers(0, 0, stayed + came)

    def weight(self, kind: int) -> tuple[int, int]:
        """How often an answer by this kind of person is counted in the earlier and in the later wave."""
        return KINDS[kind][0] * self.asked[0], KINDS[kind][1] * self.asked[1]


@dataclass(frozen=True)
class Part:
    blocks: tuple[Block, ...]
    known: Hexagon = ANYWHERE


@dataclass(frozen=True)
class Puzzle:
    """Parts tied by at most one index; `people` who stayed, left, came; `colleagues` in the earlier wave, in all."""

    parts: tuple[Part, ...]
    people: Counts
    colleagues: tuple[int, int]
    known: Hexagon = ANYWHERE


@dataclass
class Tally:
    """How many checks were made; raised as they go."""

    checks: int = 0


@dataclass(frozen=True)
class Target:
    """The block that holds the answer sought, among its part and the other parts, reduced to their cores."""

    block: Block
    pattern: Counts
    siblings: Hexagon
    link: Hexagon | None  # the linked block of the same part, when it is not the target's own
    part_known: Hexagon
    elsewhere: Hexagon
    index_known: Hexagon
    allies: tuple[int, ...] = field(default=())


def safe(puzzle: Puzzle, tally: Tally) -> bool:
    """True when at least five values of every single answer remain possible for every circle of colleagues.

    A puzzle that no world satisfies is safe: the attacker's premise (nobody else changed an answer) is then refuted.

    >>> from reciproque.science.hexagon import box
    >>> def sum_of_three(low, high):
    ...     return Puzzle((Part((Block(1, ((0, 3, 0),)),), box((low, high), None)),), (0, 3, 0), (0, 0))
    >>> safe(sum_of_three(12, 12), Tally()), safe(sum_of_three(20, 21), Tally())
    (True, False)
    """
    if _refuted(puzzle):
        return True
    return all(_safe_for(puzzle, allies, tally) for allies in circles(puzzle.people, puzzle.colleagues))


def circles(people: Counts, colleagues: tuple[int, int]) -> list[tuple[int, ...]]:
    """Kinds of the colleagues who pool what they know: as many as allowed, `colleagues[0]` at most in the earlier wave.

    >>> circles((0, 9, 0), (1, 1))
    [(1,)]
    >>> circles((5, 0, 6), (1, 2))
    [(0, 2), (2, 2)]
    """
    earlier, total = colleagues
    for size in range(min(total, sum(people) - 1), 0, -1):
        found = [
            allies
            for allies in combinations_with_replacement((STAYED, LEFT, CAME), size)
            if all(allies.count(kind) <= people[kind] for kind in allies)
            and sum(kind != CAME for kind in allies) <= earlier
        ]
        if found:
            return found
    return [()]


def _refuted(puzzle: Puzzle) -> bool:
    """True when no world satisfies the puzzle: its premise, that nobody else changed an answer, is false."""
    links = []
    for part in puzzle.parts:
        shapes = [_reach(block) for block in part.blocks]
        if any(shape.empty for shape in shapes) or meet(_sum(shapes), part.known).empty:
            return True
        links.append(_link_core(part, shapes))
    found = [link for link in links if link is not None]
    return any(link.empty for link in found) or meet(_sum(found), puzzle.known).empty


def _reach(block: Block) -> Hexagon:
    """Everything the block may add up to, whoever abstained."""
    shapes = [meet(block.reach(pattern), block.known) for pattern in block.patterns]
    possible = [shape for shape in shapes if not shape.empty]
    if not possible:
        return Hexagon(1, 0, 1, 0, 1, 0)
    found = possible[0]
    for shape in possible[1:]:
        found = hull(found, shape)
    return tight(found)


def _sum(shapes: list[Hexagon]) -> Hexagon:
    total = ORIGIN
    for shape in shapes:
        total = add(total, shape)
    return total


def _safe_for(puzzle: Puzzle, allies: tuple[int, ...], tally: Tally) -> bool:
    cores = [[_core(block, allies) for block in part.blocks] for part in puzzle.parts]
    links = [_link_core(part, core) for part, core in zip(puzzle.parts, cores, strict=True)]
    for p, part in enumerate(puzzle.parts):
        apart = [link for link in (*links[:p], *links[p + 1 :]) if link is not None]
        if any(link.empty for link in apart):
            return False
        for b in range(len(part.blocks)):
            targets = _targets(puzzle, part, b, cores[p], _sum(apart), allies)
            if not _all_safe(targets, tally):
                return False
    return True


def _all_safe(targets: list[Target] | None, tally: Tally) -> bool:
    return targets is not None and all(_target_safe(target, tally) for target in targets)


def _targets(
    puzzle: Puzzle, part: Part, b: int, cores: list[Hexagon], elsewhere: Hexagon, allies: tuple[int, ...]
) -> list[Target] | None:
    """The answers sought in block `b`, one per pattern; None when the other blocks of the part leave no room."""
    block = part.blocks[b]
    others = [(core, other.linked) for a, (core, other) in enumerate(zip(cores, part.blocks, strict=True)) if a != b]
    if any(core.empty for core, _ in others):
        return None
    link = next((core for core, linked in others if linked), None)
    rest = _sum([core for core, linked in others if not linked])
    return [
        Target(block, pattern, rest, link, part.known, elsewhere, puzzle.known, allies) for pattern in block.patterns
    ]


def _core(block: Block, allies: tuple[int, ...]) -> Hexagon:
    """What the block can add up to whatever the colleagues answered in it and whoever abstained."""
    core = ANYWHERE
    for pattern in block.patterns:
        if meet(block.reach(pattern), block.known).empty:
            continue
        for shape in _with_colleagues(block, pattern, allies):
            core = meet(core, meet(shape, block.known))
            if core.empty:
                return core
    return core


def _link_core(part: Part, cores: list[Hexagon]) -> Hexagon | None:
    """What the linked block of a part can add up to, given the part's own figure."""
    linked = [core for core, block in zip(cores, part.blocks, strict=True) if block.linked]
    if not linked:
        return None
    rest = [core for core, block in zip(cores, part.blocks, strict=True) if not block.linked]
    if any(core.empty for core in cores):
        return linked[0] if linked[0].empty else next(core for core in rest if core.empty)
    return meet(linked[0], minus(part.known, _sum(rest)))


def _shares(block: Block, pattern: Counts, allies: tuple[int, ...]) -> tuple[Counts, list[tuple[int, int]]]:
    """People's answers left when the colleagues' are taken out, and (kind, answers) of each colleague."""
    left = list(pattern)
    given = []
    for kind in allies:
        taken = min(block.questions, left[kind])
        left[kind] -= taken
        given.append((kind, taken))
    return (left[0], left[1], left[2]), given


def _with_colleagues(block: Block, pattern: Counts, allies: tuple[int, ...]) -> Iterator[Hexagon]:
    left, given = _shares(block, pattern, allies)
    shape = block.reach(left)
    for ends in product((1, 7), repeat=len(given)):
        yield _moved(block, shape, given, ends)


def _moved(block: Block, shape: Hexagon, given: list[tuple[int, int]], values: tuple[int, ...]) -> Hexagon:
    """The shape with the colleagues' answers put back."""
    told = [(block.weight(kind), taken * value) for (kind, taken), value in zip(given, values, strict=True)]
    return shift(
        shape, sum(weight[0] * total for weight, total in told), sum(weight[1] * total for weight, total in told)
    )


def _target_safe(target: Target, tally: Tally) -> bool:
    if meet(target.block.reach(target.pattern), target.block.known).empty:
        return True
    left, given = _shares(target.block, target.pattern, target.allies)
    for kind in range(3):
        if left[kind] == 0:
            continue
        others = tuple(count - (k == kind) for k, count in enumerate(left))
        shape = target.block.reach((others[0], others[1], others[2]))
        x, y = target.block.weight(kind)
        for ends in product((1, 7), repeat=len(given)):
            known = _moved(target.block, shape, given, ends)
            possible = sum(_possible(target, shift(known, value * x, value * y)) for value in range(1, 8))
            tally.checks += 7
            if possible < KEPT_VALUES:
                return False
    return True


def _possible(target: Target, shape: Hexagon) -> bool:
    """Whether some world holds this total of the target's block."""
    own = meet(shape, target.block.known)
    if own.empty:
        return False
    if target.block.linked:
        linked = meet(own, minus(target.part_known, target.siblings))
    elif target.link is not None:
        linked = meet(target.link, minus(target.part_known, add(target.siblings, own)))
    else:
        return not meet(add(own, target.siblings), target.part_known).empty
    return not linked.empty and not meet(add(linked, target.elsewhere), target.index_known).empty


def unlinked(puzzle: Puzzle) -> list[Puzzle]:
    """Each part alone, without the index: the attacker may suppose that only this part did not change.

    >>> len(unlinked(Puzzle((Part(()), Part(())), (0, 3, 0), (1, 1))))
    2
    """
    return [
        replace(puzzle, parts=(replace(part, blocks=_untied(part.blocks)),), known=ANYWHERE) for part in puzzle.parts
    ]


def _untied(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    return tuple(replace(block, linked=False) for block in blocks)
