"""Two votes on one statement: nobody learns what a colleague answered from what is said of both.

The attacker below knows who left between the two votes and that one known colleague at most changed. He has his own two
votes, and may be the one who left. Every first table of a side of 5 to 15 and every way of leaving and changing is
enumerated. The auditor is written apart from the product: it compares what is displayed, and sees a looser one leak.
"""

from collections import defaultdict
from functools import cache
from itertools import product

import pytest

from reciproque.science.coded_display import coded, movement
from reciproque.science.counts import Counts

SIZES = range(5, 16)
ANSWERS = range(3)
GONE = 3  # no second vote


@cache
def stayers(n):
    """What n people who stay and keep their vote answered, as counts."""
    return [(a, d, n - a - d) for a in range(n + 1) for d in range(n + 1 - a)]


def votes(table, *singles):
    counts = list(table)
    for answer in singles:
        if answer != GONE:
            counts[answer] += 1
    return tuple(counts)


def worlds(n, left, stays):
    """All that may have happened in a side of n: (own votes, each leaver's, the changer's two, those who stay)."""
    own = list(product(ANSWERS, ANSWERS)) if stays else [(answer, GONE) for answer in ANSWERS]
    others_left = left if stays else left - 1
    rest = n - 1 - others_left - 1
    return product(own, product(ANSWERS, repeat=others_left), product(ANSWERS, ANSWERS), stayers(rest))


def leaks(n, left, view):
    """How many views make certain what a colleague, or whoever left or changed, answered; or whether they agreed."""
    found = 0
    for stays in (True, False):
        if left or stays:
            compatible = defaultdict(list)
            for own, gone, changed, kept in worlds(n, left, stays):
                first = votes(kept, own[0], changed[0], *gone)
                second = votes(kept, own[1], changed[1])
                compatible[own, view(first, second, left)].append((gone, changed, kept))
            found += sum(certain(possible) for possible in compatible.values())
    return found


def certain(possible):
    """Of somebody: one answer only, or agreeing in every world, or in none."""
    people = [{gone[k] for gone, _, _ in possible} for k in range(len(possible[0][0]))]
    people += [{changed[k] for _, changed, _ in possible} for k in range(2)]
    alike = any(len(seen) == 1 or 0 not in seen or seen == {0} for seen in people)
    agreeing = {kept[0] for _, _, kept in possible}
    everybody = sum(possible[0][2])
    return alike or (everybody > 0 and agreeing in ({0}, {everybody}))


@cache
def displayed(first, second, left):
    """What the product says of both votes: the codes of the first, a word on the second. Both ways of showing codes."""
    first, second, short, long = Counts(*first), Counts(*second), Counts(5, 0, 0), Counts(15, 0, 0)
    said = [coded(first, other).client for other in (short, long)]
    return (*((one.agree, one.disagree, one.word) for one in said), movement(first, second, left))


@cache
def both_coded(first, second, left):
    first, second = Counts(*first), Counts(*second)
    return coded(first, first).client.agree, coded(second, second).client.agree


@cache
def verdict_again(first, second, left):
    first, second = Counts(*first), Counts(*second)
    return coded(first, first).client.agree, coded(second, Counts(15, 0, 0)).verdict


@cache
def a_word_for_every_step(first, second, left):
    moved, first = second[0] - first[0], Counts(*first)
    return coded(first, first).client.agree, "more" if moved > 0 else "fewer" if moved < 0 else "same"


@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize("left", [0, 1, 2])
def test_nobody_s_answer_is_certain_from_the_two_votes_of_a_side(n, left):
    """The other side reaches the view by the size of the smaller one and the first verdict, a function of codes."""
    if n - left >= 5:
        assert leaks(n, left, displayed) == 0


@pytest.mark.parametrize("loose", [both_coded, verdict_again, a_word_for_every_step])
def test_the_audit_sees_a_looser_display_leak(loose):
    assert leaks(9, 1, loose) > 0


@pytest.mark.parametrize("n", SIZES)
def test_what_is_said_of_a_movement_says_no_more_than_two_codes_taken_apart(n):
    """Whoever knows nothing of who changed: every colleague may have; nobody is certain, whatever the own votes."""
    for own in product((0, 1), (0, 1)):
        compatible = defaultdict(set)
        for before, after in product(range(n), range(n)):  # colleagues who agree, first and second
            first, second = (Counts(k + mine, n - k - mine, 0) for k, mine in zip((before, after), own, strict=True))
            compatible[coded(first, first).client.agree, movement(first, second)].add((before, after))
        for possible in compatible.values():
            for vote in (0, 1):
                assert {pair[vote] for pair in possible} not in ({0}, {n - 1})


@pytest.mark.parametrize("n", [8, 12, 15])
def test_a_movement_of_many_is_said(n):
    none, all_ = Counts(0, n, 0), Counts(n, 0, 0)
    assert (movement(none, all_), movement(all_, none), movement(all_, all_)) == ("more", "fewer", "unclear")


@pytest.mark.parametrize("n", range(5, 41))
def test_three_people_watched_together_never_make_a_movement(n):
    """Two who left and one who changed, or two who changed: what others know of them is never what is shown."""
    for agree in range(n + 1):
        for by in (1, 2):
            if agree + by <= n:
                assert movement(Counts(agree, n - agree, 0), Counts(agree + by, n - agree - by, 0)) == "unclear"
        for left in (1, 2):
            if n - left >= 5 and agree - left - 1 >= 0:
                gone = Counts(agree - left - 1, n - agree + 1, 0)
                assert movement(Counts(agree, n - agree, 0), gone, left) == "unclear"
