"""How answers hang together: relationships, their sides, the people there, and the blocks tied by common people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def sums(groups: Ints, values: Floats, size: int) -> Floats:
    """Sum of the values of each group 0 .. size - 1, nil for an empty one.

    >>> sums(np.array([0, 2, 2]), np.array([1.0, 2.0, 3.0]), 4).tolist()
    [1.0, 0.0, 5.0, 0.0]
    """
    return np.asarray(np.bincount(groups, values, size), dtype=float)


@dataclass(frozen=True)
class Web:
    """Codes of each answer, places of each cell, and where each pair of cells of one rater falls in the blocks."""

    y: Ints
    item: Ints
    side: Ints
    cell: Ints
    cell_relationship: Ints
    cell_side: Ints
    cell_rater: Ints
    relationship_place: Ints
    side_place: Ints
    side_codes: Ints
    raters: int
    nodes: int
    one: Ints
    other: Ints
    spots: Ints
    diagonal: Ints
    sizes: tuple[tuple[int, int], ...]

    @property
    def largest(self) -> int:
        return max(size for size, _ in self.sizes)


def columns(
    answers: ArrayLike, relationship: ArrayLike, side: ArrayLike, rater: ArrayLike, item: ArrayLike
) -> dict[str, NDArray[Any]]:
    """The five columns as arrays, without the answers that are missing.

    answers: numbers, NaN = none; the others: codes of any kind, as long as answers, else ValueError.

    >>> columns([1, float("nan"), 3], ["a", "a", "b"], [0, 0, 0], [7, 7, 8], ["F1", "F2", "F1"])["rater"].tolist()
    [7, 8]
    """
    values = np.asarray(answers, dtype=float).ravel()
    table: dict[str, NDArray[Any]] = {"answers": values}
    for name, column in (("relationship", relationship), ("side", side), ("rater", rater), ("item", item)):
        table[name] = np.asarray(column).ravel()
        if table[name].size != values.size:
            raise ValueError(f"there are {values.size} answers and {table[name].size} codes of {name}")
    known = np.isfinite(values)
    return {name: column[known] for name, column in table.items()}


def without_ends(table: dict[str, NDArray[Any]]) -> tuple[tuple[float, ...], dict[str, NDArray[Any]]]:
    """Categories in use, and the answers without those of items, or sides, at one end of the scale only.

    Such an item has an effect without end, and with it its answers are certain: they tell nothing of the rest.

    >>> table = columns([1, 2, 3, 3], [1, 1, 1, 1], [0, 0, 0, 0], [1, 2, 1, 2], ["F1", "F1", "F2", "F2"])
    >>> without_ends(table)[0]
    (1.0, 2.0)
    """
    size = -1
    while table["answers"].size != size:
        size = table["answers"].size
        for factor in ("item", "side"):
            stays = ~_at_one_end(table["answers"], table[factor])
            table = {name: column[stays] for name, column in table.items()}
    return tuple(np.unique(table["answers"]).tolist()), table


def _at_one_end(values: Floats, codes: NDArray[Any]) -> NDArray[np.bool_]:
    """True for the answers whose group only has the lowest answer of all, or only the highest."""
    group = np.unique(codes, return_inverse=True)[1]
    counts = np.bincount(group)
    ends = np.zeros(counts.size, bool)
    for end in np.unique(values)[[0, -1]] if values.size else ():
        ends |= np.bincount(group[values == end], minlength=counts.size) == counts
    found: NDArray[np.bool_] = ends[group]
    return found


def names_of(table: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """The codes in use in each column, sorted.

    >>> names_of(columns([1, 2], ["b", "a"], [0, 0], [7, 7], ["F1", "F2"]))["relationship"].tolist()
    ['a', 'b']
    """
    return {name: np.unique(column) for name, column in table.items()}


def web_of(table: dict[str, NDArray[Any]], names: dict[str, NDArray[Any]], categories: tuple[float, ...]) -> Web:
    """Where each answer stands: its cell, the places of the cell's relationship and side in the blocks.

    table: from `columns`; names: from `names_of`, or wider; categories: the answers in use, low to high. Returns a Web.
    Two relationships with a common rater are in one block; a block has a place for each relationship and each side.

    >>> table = columns([1, 2, 3], ["a", "b", "c"], ["client"] * 3, ["x", "x", "y"], ["F1"] * 3)
    >>> web_of(table, names_of(table), (1.0, 2.0, 3.0)).sizes
    ((2, 1), (4, 1))
    """
    code = {name: np.searchsorted(names[name], table[name]) for name in ("relationship", "side", "rater", "item")}
    relations, raters = names["relationship"].size, names["rater"].size
    side_codes, node = np.unique(code["relationship"] * 2 + code["side"], return_inverse=True)
    cells, cell = np.unique(node * raters + code["rater"], return_inverse=True)
    cell_node, cell_rater = cells // raters, cells % raters
    cell_relation = side_codes[cell_node] // 2
    block = _blocks(cell_relation, cell_rater, relations, raters)
    block = np.concatenate([block, block[side_codes // 2]])
    place, offset, size, sizes = _layout(block)
    one, other = _pairs(cell_rater)
    rows = (place[cell_relation], place[relations + cell_node])
    first = offset["node"][block]
    row = place - first
    base = offset["flat"][block]
    width = size[block]
    spots = [
        base[a[one]] + row[a[one]] * width[a[one]] + row[b[other]]
        for a in (cell_relation, relations + cell_node)
        for b in (cell_relation, relations + cell_node)
    ]
    return Web(
        y=np.searchsorted(categories, table["answers"]),
        item=code["item"],
        side=code["side"],
        cell=cell,
        cell_relationship=rows[0],
        cell_side=rows[1],
        cell_rater=cell_rater,
        relationship_place=place[:relations],
        side_place=place[relations:],
        side_codes=side_codes,
        raters=raters,
        nodes=block.size,
        one=one,
        other=other,
        spots=np.concatenate(spots),
        diagonal=base + row * width + row,
        sizes=sizes,
    )


def _blocks(relation: Ints, rater: Ints, relations: int, raters: int) -> Ints:
    """The block of each relationship: two relationships with a common rater are in the same one."""
    label = np.arange(relations)
    while True:
        by_rater = np.full(raters, relations)
        np.minimum.at(by_rater, rater, label[relation])
        lower = label.copy()
        np.minimum.at(lower, relation, by_rater[rater])
        lower = lower[lower]
        if np.array_equal(lower, label):
            return np.unique(label, return_inverse=True)[1]
        label = lower


def _layout(block: Ints) -> tuple[Ints, dict[str, Ints], Ints, tuple[tuple[int, int], ...]]:
    """Place of each node when blocks stand in order of size; where each block begins, its size; how many of each."""
    size = np.bincount(block)
    order = np.argsort(size, kind="stable")
    start, flat = np.empty_like(size), np.empty_like(size)
    start[order] = np.concatenate([[0], size[order].cumsum()[:-1]])
    flat[order] = np.concatenate([[0], (size[order] ** 2).cumsum()[:-1]])
    nodes = np.lexsort((np.arange(block.size), start[block]))
    place = np.empty_like(nodes)
    place[nodes] = np.arange(block.size)
    kinds, many = np.unique(size, return_counts=True)
    return place, {"node": start, "flat": flat}, size, tuple(zip(kinds.tolist(), many.tolist(), strict=True))


def _pairs(rater: Ints) -> tuple[Ints, Ints]:
    """Every ordered pair of cells of one rater, each cell with itself included."""
    order = np.argsort(rater, kind="stable")
    many = np.bincount(rater)
    first = np.concatenate([[0], many.cumsum()[:-1]])
    repeat = many[rater[order]]
    one = np.repeat(order, repeat)
    within = np.arange(one.size) - np.repeat(repeat.cumsum() - repeat, repeat)
    return one, order[np.repeat(first[rater[order]], repeat) + within]
