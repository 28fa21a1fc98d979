"""Joint priorities: both sides weigh the same, a veto counts, the burden is shared."""

from itertools import combinations
from math import isnan, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reciproque.science.priorities import Proposal, choose_priorities

proposals = st.lists(
    st.tuples(st.floats(0.05, 1), st.floats(0.05, 1), st.sampled_from(["client", "supplier", "both"]), st.booleans()),
    min_size=3,
    max_size=7,
).map(lambda rows: [Proposal(str(i), *row) for i, row in enumerate(rows)])


def by_hand(deck, count, burden=1):
    best = None
    for chosen in combinations([p for p in deck if not p.objected], count):
        owed = sum((p.owed_by == "supplier") - (p.owed_by == "client") for p in chosen)
        if abs(owed) <= burden:
            product = log(sum(p.client for p in chosen)) + log(sum(p.supplier for p in chosen))
            if best is None or product > best[0] + 1e-12:
                best = (product, tuple(p.id for p in chosen))
    return best and best[1]


@given(proposals, st.integers(3, 5))
def test_the_choice_is_the_best_of_all_sets(deck, count):
    found = choose_priorities(deck, count)
    assert found.chosen == (by_hand(deck, count) or ())
    assert (found.reason is None) == bool(found.chosen)


@given(proposals)
def test_turning_the_sides_around_chooses_the_same(deck):
    other = {"client": "supplier", "supplier": "client", "both": "both"}
    turned = [Proposal(p.id, p.supplier, p.client, other[p.owed_by], p.objected) for p in deck]
    assert choose_priorities(deck).chosen == choose_priorities(turned).chosen
    assert choose_priorities(deck).burden == -choose_priorities(turned).burden


def test_a_large_side_does_not_outvote_a_small_one():
    deck = [
        Proposal("only the client", 1, 0.05),
        Proposal("only the supplier", 0.05, 1),
        *(Proposal(f"both {i}", 0.7, 0.7) for i in range(3)),
    ]
    assert choose_priorities(deck).chosen == ("both 0", "both 1", "both 2")


def test_an_objection_removes_a_proposal_and_is_said_when_too_few_remain():
    deck = [
        Proposal("A", 1, 1, objected=True),
        Proposal("B", 0.2, 0.2),
        Proposal("C", 0.2, 0.2),
        Proposal("D", 0.2, 0.2),
    ]
    assert "A" not in choose_priorities(deck).chosen
    nothing = choose_priorities(deck[:3])
    assert nothing.chosen == ()
    assert isnan(nothing.welfare)
    assert "without objection" in nothing.reason


def test_one_side_is_not_left_with_all_the_work():
    deck = [Proposal(str(i), 0.9, 0.9, "supplier") for i in range(4)] + [
        Proposal(f"c{i}", 0.3, 0.3, "client") for i in range(2)
    ]
    found = choose_priorities(deck)
    assert abs(found.burden) <= 1
    assert "asks much more" in choose_priorities(deck[:4]).reason


@pytest.mark.parametrize(
    ("deck", "count", "message"),
    [
        ([Proposal(str(i), 0.5, 0.5) for i in range(31)], 3, "at most 30"),
        ([], 2, "3 to 5"),
        ([Proposal("x", 1.2, 0)], 3, "outside 0 to 1"),
        ([Proposal("x", 1, 0, "nobody")], 3, "owed by"),
    ],
)
def test_bad_input_is_refused(deck, count, message):
    with pytest.raises(ValueError, match=message):
        choose_priorities(deck, count)


def test_thirty_proposals_are_weighed():
    deck = [Proposal(str(i), (i % 7) / 7, (i % 5) / 5) for i in range(30)]
    assert len(choose_priorities(deck, 5).chosen) == 5
