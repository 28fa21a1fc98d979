"""What ranks under an order of criteria owe, whatever the levels: sums, dominance, equality, and one exact case."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from reciproque.science.acceptability import (
    central_weights,
    rank_acceptability,
    robustness,
    sample_levels,
    sample_weights,
    what_would_change,
)

ORDERS = [[[0], [1], [2]], [[2], [0, 1]], [[0, 1, 2]], [[1, 2], [0]]]
orders = st.sampled_from(ORDERS)
levels = arrays(
    float, st.tuples(st.integers(1, 6), st.just(3)), elements=st.integers(0, 4).map(lambda level: level / 4)
)


def rng():
    return np.random.default_rng(1)


def within(table, order, capacity, draws=300):
    return robustness(table, table, table, order, capacity, rng(), draws)


@settings(deadline=None, max_examples=40)
@given(levels, orders)
def test_rows_and_columns_of_the_matrix_sum_to_one(table, order):
    matrix = rank_acceptability(table, order, rng(), 100).matrix
    assert np.allclose(matrix.sum(axis=0), 1)
    assert np.allclose(matrix.sum(axis=1), 1)
    assert (matrix > -1e-12).all()


@settings(deadline=None, max_examples=40)
@given(levels, orders, st.integers(1, 6))
def test_the_share_within_capacity_is_the_sum_of_the_best_ranks(table, order, capacity):
    matrix = rank_acceptability(table, order, rng(), 200).matrix
    assert np.allclose(within(table, order, capacity, 200).share, matrix[:, :capacity].sum(axis=1))
    assert within(table, order, capacity, 200).share.sum() == pytest.approx(min(capacity, len(table)))


@settings(deadline=None, max_examples=40)
@given(levels, orders)
def test_who_is_worse_on_everything_is_never_first(table, order):
    worse = np.vstack([table + 0.01, table[0]])
    found = rank_acceptability(worse, order, rng(), 100)
    assert found.matrix[-1, 0] == 0
    assert np.isnan(found.central_weights[-1]).all()
    assert np.isnan(found.confidence[-1])


@settings(deadline=None, max_examples=40)
@given(levels, orders, st.integers(1, 6))
def test_equal_alternatives_are_equal_in_everything(table, order, capacity):
    twins = np.vstack([table, table[0]])
    found = within(twins, order, capacity)
    for figure in (found.value, found.rank, found.low, found.high, found.share):
        assert figure[0] == figure[-1]


@settings(deadline=None, max_examples=40)
@given(levels, orders, st.integers(1, 6), st.permutations(range(6)))
def test_the_order_in_which_they_are_listed_is_irrelevant(table, order, capacity, mixed):
    places = [place for place in mixed if place < len(table)]
    found, moved = within(table, order, capacity), within(table[places], order, capacity)
    assert np.array_equal(found.rank[places], moved.rank)
    assert np.array_equal(found.low[places], moved.low)
    assert np.allclose(found.share[places], moved.share)


@settings(deadline=None, max_examples=40)
@given(levels, orders, st.integers(1, 6))
def test_the_central_rank_lies_within_the_possible_ones(table, order, capacity):
    found = within(table, order, capacity)
    assert (found.low <= found.rank).all()
    assert (found.rank <= found.high).all()
    assert found.high.max() <= len(table)


@pytest.mark.parametrize("order", ORDERS)
def test_every_draw_fits_the_order_and_their_mean_is_the_central_weight(order):
    drawn = sample_weights(order, rng(), 20_000)
    assert np.allclose(drawn.sum(axis=1), 1)
    for above, below in pairwise(order):
        assert (drawn[:, above].min(axis=1) >= drawn[:, below].max(axis=1)).all()
    assert np.allclose(drawn.mean(axis=0), central_weights(order), atol=0.01)


@pytest.mark.parametrize("share", [0.25, 0.5, 0.75])
def test_two_criteria_give_the_exact_length_of_the_segment(share):
    """With no order, one of two alternatives is first where its weight is above the point where both are equal."""
    table = np.array([[1.0, 0.0], [0.0, share / (1 - share)]])
    matrix = rank_acceptability(table, [[0, 1]], rng(), 40_000).matrix
    assert matrix[0, 0] == pytest.approx(1 - share, abs=0.01)


def test_uncertain_levels_widen_what_certain_ones_settle():
    low, high = np.array([[0.4, 0.5], [0.5, 0.5]]), np.array([[0.9, 0.5], [0.5, 0.5]])
    middle = (low + high) / 2
    assert within(middle, [[0], [1]], 1).share.tolist() == [1, 0]
    found = robustness(low, middle, high, [[0], [1]], 1, rng(), 4_000)
    assert found.share[0] == pytest.approx(0.8, abs=0.03)
    drawn = sample_levels(low, high, rng(), 4_000)
    assert rank_acceptability(drawn, [[0], [1]], rng(), 4_000).matrix[0, 0] == pytest.approx(0.8, abs=0.03)


@settings(deadline=None, max_examples=60)
@given(levels, orders, st.integers(1, 5))
def test_the_smallest_change_crosses_and_one_step_less_does_not(table, order, capacity):
    found = what_would_change(table, order, capacity)
    inside = within(table, order, capacity, 1).rank <= capacity
    for row in np.nonzero(found.criterion >= 0)[0]:
        column, reached = found.criterion[row], found.level[row]
        assert (_rank_with(table, order, row, column, reached) <= capacity) != inside[row]
        short = reached + (0.25 if inside[row] else -0.25)
        assert (_rank_with(table, order, row, column, short) <= capacity) == inside[row]


def _rank_with(table, order, row, column, level):
    changed = table.copy()
    changed[row, column] = level
    return within(changed, order, 1, 1).rank[row]


@settings(deadline=None, max_examples=40)
@given(levels, orders, st.integers(1, 5))
def test_the_nearest_order_crosses(table, order, capacity):
    found = what_would_change(table, order, capacity)
    inside = within(table, order, capacity, 1).rank <= capacity
    for row in np.nonzero(found.order >= 0)[0]:
        strict = [[one] for one in found.orders[found.order[row]]]
        assert (within(table, strict, capacity, 1).rank[row] <= capacity) != inside[row]


@pytest.mark.parametrize("order", [[], [[]], [[0], [0]], [[0], [2]], [[0], []]])
def test_what_is_not_an_order_is_refused(order):
    with pytest.raises(ValueError, match="names each criterion once"):
        central_weights(order)


def test_nothing_is_changed_in_the_tables_of_the_caller():
    table = np.array([[0.25, 0.5, 1.0], [0.5, 0.5, 0.0]])
    before = table.copy()
    within(table, ORDERS[0], 1)
    rank_acceptability(table, ORDERS[0], rng(), 10)
    what_would_change(table, ORDERS[0], 1)
    assert np.array_equal(table, before)
