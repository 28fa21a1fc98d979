"""Reading votes of two sides: closed forms, verdicts, symmetry, independence of statements, false discoveries."""

from math import isnan, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from reciproque.science.counts import Counts
from reciproque.science.dialogue import divides, opposition, posterior, probability_of_gap, read_two_sides
from reciproque.science.unsaid import blind_spot, unsaid_lift

votes = st.tuples(st.integers(0, 15), st.integers(0, 15), st.integers(0, 8))
MIRRORED = {"client": "supplier", "supplier": "client"}


def gap_by_integration(client, supplier, width):
    """An independent way: the density of one side against the distribution of the other, adaptive quadrature."""
    left = stats.beta(client.agree + 0.5, client.disagree + 0.5)
    right = stats.beta(supplier.agree + 0.5, supplier.disagree + 0.5)

    def either(x):
        return left.pdf(x) * (right.cdf(x - width) + right.sf(x + width))

    return integrate.quad(either, 0, 1, points=[width, 1 - width], limit=500, epsabs=1e-11)[0]


@pytest.mark.parametrize(
    ("client", "supplier"),
    [((3, 2, 0), (1, 5, 1)), ((12, 0, 0), (7, 6, 0)), ((1, 1, 5), (0, 9, 0)), ((40, 30, 2), (35, 33, 0))],
)
@pytest.mark.parametrize("width", [0.2, 0.35])
def test_the_gap_agrees_with_adaptive_integration(client, supplier, width):
    one, other = Counts(*client), Counts(*supplier)
    assert probability_of_gap([one], [other], width)[0] == pytest.approx(
        gap_by_integration(one, other, width), abs=1e-8
    )


@pytest.mark.parametrize(
    ("agree", "answers", "expected"), [(3, 3, 0.831), (4, 5, 0.733), (5, 6, 0.841), (7, 8, 0.948), (8, 10, 0.917)]
)
def test_common_ground_on_both_sides_with_the_same_counts(agree, answers, expected):
    same = (agree, answers - agree, 0)
    found = read_two_sides([("x", same, same)]).statements[0]
    assert found.p_common == pytest.approx(expected, abs=5e-4)
    assert found.verdict == ("common" if expected >= 0.8 else "open")


def test_a_posterior_is_the_marginal_of_a_dirichlet():
    found = posterior(Counts(5, 2, 1))
    assert found.agree_majority == pytest.approx(stats.beta(5.5, 4).sf(0.5), abs=1e-12)
    assert found.disagree_majority == pytest.approx(stats.beta(2.5, 7).sf(0.5), abs=1e-12)
    assert found.pass_majority == pytest.approx(stats.beta(1.5, 8).sf(0.5), abs=1e-12)
    assert found.agree_low == pytest.approx(stats.beta(5.5, 4).ppf(0.1), abs=1e-10)
    assert found.agree + found.disagree + found.passing == pytest.approx(1)
    assert found.split == pytest.approx(stats.beta(5.5, 2.5).cdf(0.7) - stats.beta(5.5, 2.5).cdf(0.3), abs=1e-12)


@pytest.mark.parametrize(
    ("client", "supplier", "verdict"),
    [
        ((9, 0, 0), (0, 9, 0), "oppose"),
        ((8, 1, 0), (7, 0, 1), "common"),
        ((0, 8, 0), (1, 9, 0), "reject"),
        ((60, 40, 0), (95, 5, 0), "common"),
        ((52, 48, 0), (95, 5, 20), "gap"),
        ((1, 0, 9), (4, 4, 1), "info"),
        ((10, 11, 2), (14, 11, 3), "split"),
        ((3, 2, 0), (2, 1, 1), "open"),
        ((2, 0, 0), (9, 0, 0), "too_few"),
        ((0, 0, 0), (0, 0, 0), "too_few"),
    ],
)
def test_each_verdict_is_reached(client, supplier, verdict):
    assert read_two_sides([("x", client, supplier)]).statements[0].verdict == verdict


def test_who_is_split_is_named():
    found = read_two_sides([("x", (20, 21, 0), (30, 2, 0))]).statements[0]
    assert found.split_sides == ("client",)


@given(st.lists(st.tuples(votes, votes), min_size=1, max_size=8))
def test_swapping_the_sides_changes_nothing_but_the_names(rows):
    straight = read_two_sides([(str(i), a, b) for i, (a, b) in enumerate(rows)])
    turned = read_two_sides([(str(i), b, a) for i, (a, b) in enumerate(rows)])
    assert straight.divides == turned.divides
    for one, other in zip(straight.statements, turned.statements, strict=True):
        assert one.verdict == other.verdict
        assert one.coded.verdict == other.coded.verdict
        assert one.client == other.supplier
        assert one.coded.client == other.coded.supplier
        assert {MIRRORED[s] for s in one.split_sides} == set(other.split_sides)
        assert (one.p_common, one.p_reject, one.p_info) == (other.p_common, other.p_reject, other.p_info)
        assert one.p_oppose == pytest.approx(other.p_oppose, abs=1e-12)
        assert one.p_gap == pytest.approx(other.p_gap, abs=1e-9)


@given(st.lists(st.tuples(votes, votes), min_size=2, max_size=8), st.randoms(use_true_random=False))
def test_a_verdict_does_not_depend_on_the_deck(rows, shuffler):
    deck = [(str(i), a, b) for i, (a, b) in enumerate(rows)]
    alone = {row[0]: read_two_sides([row]).statements[0].verdict for row in deck}
    mixed = list(deck)
    shuffler.shuffle(mixed)
    assert {s.id: s.verdict for s in read_two_sides(mixed).statements} == alone
    assert [s.id for s in read_two_sides(mixed).statements] == [row[0] for row in mixed]


@pytest.mark.parametrize("people", [6, 8, 12])
@pytest.mark.parametrize("shape", [(1, 1), (2, 2), (3, 1)])
def test_random_sides_are_hardly_ever_opposed(people, shape):
    """No true sides: the same people cut in two at random. At most 0.3 oppositions per session of 50 statements."""
    rng = np.random.default_rng(11)
    found = []
    for _ in range(60):
        agreement = rng.beta(*shape, 50)
        votes_cast = rng.random((2 * people, 50)) < agreement
        deck = [(str(j), counts(votes_cast[:people, j]), counts(votes_cast[people:, j])) for j in range(50)]
        found.append(len(divides(deck)))
    assert np.mean(found) <= 0.3


def counts(column):
    return int(column.sum()), int((~column).sum()), 0


def test_true_sides_are_found():
    deck = [("shared", (8, 1, 0), (7, 2, 0)), ("torn", (9, 0, 0), (1, 8, 0)), ("torn too", (0, 9, 0), (7, 1, 1))]
    assert set(read_two_sides(deck).divides) == {"torn", "torn too"}


@pytest.mark.parametrize("bad", [-1, 1.5, True, None, "3", 10**7])
def test_a_count_that_is_not_one_is_refused(bad):
    with pytest.raises(ValueError, match="not a number of people"):
        Counts(bad, 0, 0)


def test_the_same_statement_twice_is_refused():
    with pytest.raises(ValueError, match="same id"):
        read_two_sides([("x", (1, 1, 1), (1, 1, 1)), ("x", (1, 1, 1), (1, 1, 1))])


def test_nothing_to_read_is_an_empty_reading():
    assert read_two_sides([]).statements == ()
    assert read_two_sides([]).divides == ()


def test_opposition_is_even_when_one_side_said_nothing():
    assert opposition(Counts(0, 0, 5), Counts(9, 1, 0)) == pytest.approx(0.5)


def test_an_unsaid_topic_has_a_higher_lift_than_one_already_raised():
    private = Counts(6, 1, 0)
    assert unsaid_lift(private, 0, 8).lift > unsaid_lift(private, 3, 8).lift > unsaid_lift(private, 7, 8).lift
    assert unsaid_lift(private, 0, 8).listed
    assert not unsaid_lift(private, 8, 8).listed
    assert not unsaid_lift(Counts(1, 6, 0), 0, 8).listed
    assert isnan(unsaid_lift(Counts(0, 0, 0), 0, 8).lift)
    with pytest.raises(ValueError, match="cannot have raised"):
        unsaid_lift(private, 9, 8)


def test_suppressed_topics_rise_to_the_top_of_the_lift():
    """Four topics of twenty-four are agreed with as much as others, and raised one tenth as often."""
    rng = np.random.default_rng(3)
    better = []
    for _ in range(40):
        agreement = rng.uniform(0.3, 0.9, 24)
        openness = np.where(np.arange(24) < 4, 0.05, 0.5)
        private = rng.binomial(12, agreement)
        raised = rng.binomial(private, openness)
        lifts = np.array(
            [unsaid_lift(Counts(int(a), 12 - int(a), 0), int(o), 12).lift for a, o in zip(private, raised, strict=True)]
        )
        better.append((lifts[:4, None] > lifts[None, 4:]).mean())
    assert np.mean(better) > 0.9


def test_a_blind_spot_is_what_the_other_side_did_not_expect():
    assert blind_spot(Counts(6, 2, 0), [0.5, nan, 0.25]) == pytest.approx(0.375)
    assert isnan(blind_spot(Counts(0, 0, 0), [0.5]))
    assert blind_spot(Counts(1, 0, 0), []).reason == "nobody made a forecast"
    with pytest.raises(ValueError, match="share"):
        blind_spot(Counts(1, 0, 0), [40])
