"""Nobody can be certain of a colleague's vote from what a room sees: every vote of every pair of sides, enumerated.

The auditor below is written apart from the product: it only calls `coded` and compares what is displayed.
"""

from collections import defaultdict
from functools import lru_cache

import pytest

from reciproque.science.coded_display import code, coded
from reciproque.science.counts import Counts

SIZES = range(5, 16)


@lru_cache
def tables(n):
    return [Counts(a, d, n - a - d) for a in range(n + 1) for d in range(n + 1 - a)]


def without(votes, known):
    """What is left of a side's counts when some votes are known; None when they cannot be among them."""
    left = tuple(v - k for v, k in zip((votes.agree, votes.disagree, votes.passing), known, strict=True))
    return left if min(left) >= 0 else None


def leaks(n, views, known_people=1):
    """Displays of a side of n that make certain what some colleague voted, for `known_people` who pool their votes.

    `views` maps each table of counts to what is displayed. A colleague's vote is certain when in every table that fits
    the display and the pooled votes, the remaining colleagues all gave the same single answer.
    """
    compatible = defaultdict(list)
    for table, view in views.items():
        compatible[view].append(table)
    found = 0
    pools = [(a, d, known_people - a - d) for a in range(known_people + 1) for d in range(known_people + 1 - a)]
    for worlds in compatible.values():
        for pool in pools:
            rest = {left for left in (without(world, pool) for world in worlds) if left is not None}
            found += bool(rest) and len(rest) == 1 and max(next(iter(rest))) == n - known_people
    return found


def exact(table):
    return (table.agree, table.disagree, table.passing)


def displayed(mine, theirs):
    shown = coded(mine, theirs)
    return shown.client.agree, shown.client.disagree, shown.client.word, shown.verdict


@lru_cache
def one_table_per_display(m):
    """What the other side shows is all that reaches the verdict: one table for each of its displays is enough."""
    kept = {}
    for table in tables(m):
        shown = coded(table, table).client
        kept.setdefault((shown.agree, shown.disagree), table)
    return list(kept.values())


@pytest.mark.parametrize("n", SIZES)
def test_what_is_shown_never_makes_a_colleagues_vote_certain(n):
    """Against every display of the other side, of every size: the verdict depends on both, so it is in the view."""
    for m in SIZES:
        for other in one_table_per_display(m):
            assert leaks(n, {table: displayed(table, other) for table in tables(n)}) == 0, (n, m, other)


@pytest.mark.parametrize("n", SIZES)
def test_the_audit_sees_the_leak_of_exact_counts(n):
    assert leaks(n, {table: exact(table) for table in tables(n)}) > 0


def test_the_audit_sees_the_leak_of_a_total_beside_the_codes():
    """Both sides coded, plus how many agree in all: one side at an end fixes the other."""
    n = 5
    worlds = defaultdict(list)
    for mine in tables(n):
        for theirs in tables(n):
            shown = coded(mine, theirs)
            worlds[shown.client.agree, shown.supplier.agree, mine.agree + theirs.agree].append((mine, theirs))
    found = 0
    for pairs in worlds.values():
        for own in ((1, 0, 0), (0, 1, 0), (0, 0, 1)):
            rest = {left for left in (without(mine, own) for mine, _ in pairs) if left is not None}
            agreeing = {left[0] for left in rest}
            found += bool(rest) and agreeing == {n - 1}
    assert found > 0


@pytest.mark.parametrize(("end", "together"), [(3, 1), (4, 2), (5, 3)])
def test_an_end_of_c_plus_two_counts_protects_against_c_colleagues(end, together):
    n = 2 * end + 3
    views = {t: (code(t.agree, n, end), code(t.disagree, n, end)) for t in tables(n)}
    assert leaks(n, views, together) == 0
    narrow = {t: (code(t.agree, n, end - 1), code(t.disagree, n, end - 1)) for t in tables(n)}
    assert leaks(n, narrow, together) > 0


def test_under_five_answers_nothing_is_shown_on_either_side():
    shown = coded(Counts(4, 0, 0), Counts(20, 0, 0))
    assert (shown.client, shown.supplier, shown.verdict) == (None, None, "open")


@pytest.mark.parametrize(
    ("client", "supplier", "words", "verdict"),
    [
        (Counts(5, 0, 0), Counts(0, 6, 0), ("majority", "minority"), "open"),
        (Counts(7, 0, 0), Counts(7, 0, 0), ("majority", "majority"), "majority_both"),
        (Counts(8, 0, 0), Counts(8, 0, 0), ("broad_agreement", "broad_agreement"), "common"),
        (Counts(0, 9, 0), Counts(0, 9, 0), ("little_agreement", "little_agreement"), "reject"),
        (Counts(10, 0, 0), Counts(0, 10, 0), ("broad_agreement", "little_agreement"), "oppose"),
        (Counts(5, 4, 0), Counts(6, 4, 0), ("shared", "shared"), "majority_both"),
        (Counts(4, 4, 0), Counts(4, 4, 0), ("shared", "shared"), "open"),
    ],
)
def test_words_and_verdicts_by_size(client, supplier, words, verdict):
    shown = coded(client, supplier)
    assert (shown.client.word, shown.supplier.word) == words
    assert shown.verdict == verdict
    assert (shown.client.disagree is None) == (min(client.answers, supplier.answers) < 8)


@pytest.mark.parametrize("n", [20, 60])
def test_large_sides_are_written_as_shares_and_keep_their_blurred_ends(n):
    shown = coded(Counts(n, 0, 0), Counts(n - 1, 1, 0))
    assert shown.client.as_shares
    assert (shown.client.agree, shown.client.disagree) == (shown.supplier.agree, shown.supplier.disagree)


def test_the_verdict_shown_depends_on_the_codes_only():
    """Tables with the same codes have the same verdict: it says nothing that the codes do not."""
    seen = defaultdict(set)
    for mine in tables(9):
        for theirs in one_table_per_display(8):
            shown = coded(mine, theirs)
            seen[shown.client, shown.supplier].add(shown.verdict)
    assert {len(verdicts) for verdicts in seen.values()} == {1}


def test_a_count_that_cannot_be_coded_is_refused():
    with pytest.raises(ValueError, match="cannot be coded"):
        code(3, 4)
    with pytest.raises(ValueError, match="cannot be coded"):
        code(9, 8)
