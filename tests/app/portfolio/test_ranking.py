"""Computing the ranks: what is read, what is fragile, what would change it, what is kept."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import translation

from app.portfolio import world
from reciproque.app.portfolio.actions import merging, portfolios, scoring
from reciproque.app.portfolio.actions.ranking import compute_ranking
from reciproque.app.portfolio.models import RankedPartner
from reciproque.app.portfolio.queries.words import change_in_words, percent
from reciproque.app.shared import clock
from reciproque.app.shared.audit import actor
from reciproque.app.shared.errors import Refused

ORDER = [["criticality"], ["potential"], ["volume"], ["market"], ["stance"]]


@pytest.fixture
def own(client, cast):
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    client.force_login(cast.client_member)
    return world.portfolio(cast.relationship.client, capacity=1)


def compute(own):
    return compute_ranking(by=actor(world.keeper(own)), portfolio=own)


def row(ranking, name):
    return ranking.rows.get(partner__name=name)


def test_a_partner_best_on_everything_is_first_whatever_the_weights(own):
    world.partner(own, "Best", (4, 0, 4, 4, 4, 4), amount=600)
    world.partner(own, "Worst", (0, 0, 0, 0, 0, 0), amount=10)
    ranking = compute(own)
    best, worst = row(ranking, "Best"), row(ranking, "Worst")
    assert (best.rank, best.rank_low, best.rank_high, best.share, best.fragile) == (1, 1, 1, 1.0, False)
    assert (worst.rank, worst.share) == (2, 0.0)


def test_opposite_profiles_without_an_order_are_fragile_and_an_order_settles_them(own):
    world.partner(own, "Critical", (0, 0, 4, 0, 0, 0), amount=100)
    world.partner(own, "Promising", (4, 0, 0, 0, 0, 0), amount=100)
    assert all(one.fragile for one in compute(own).rows.all())
    scoring.state_order(by=actor(world.keeper(own)), portfolio=own, order=ORDER)
    ranking = compute(own)
    assert row(ranking, "Critical").share == 1.0
    assert not ranking.rows.filter(fragile=True).exists()


def test_disagreement_between_colleagues_can_make_a_rank_fragile(own, cast):
    scoring.state_order(by=actor(cast.client_member), portfolio=own, order=ORDER)
    world.partner(own, "Sure", (2, 0, 2, 2, 2, 2), amount=100)
    disputed = world.partner(own, "Disputed", (2, 0, 4, 2, 2, 2), amount=100)
    assert not row(compute(own), "Disputed").fragile
    scoring.score_partner(by=actor(cast.client_deputy), partner=disputed, given={"criticality": (0, "")})
    assert row(compute(own), "Disputed").fragile


def test_the_same_levels_and_order_give_the_same_ranks_to_the_last_digit(own):
    for place in range(6):
        world.partner(own, f"Partner {place}", (place % 5, 1, (place * 3) % 5, 2, 1, (place * 2) % 5), amount=50)
    fields = ("partner", "rank", "rank_low", "rank_high", "share", "value")
    first, again = (list(compute(own).rows.order_by("partner").values_list(*fields)) for _ in range(2))
    assert first == again


def test_equal_partners_share_everything(own):
    for name in ("One", "Other"):
        world.partner(own, name, (2, 0, 2, 2, 2, 2), amount=100)
    one, other = compute(own).rows.all()
    assert (one.rank, one.share, one.value) == (other.rank, other.share, other.value) == (1, 0.5, one.value)


def test_with_two_criteria_known_a_partner_waits(own, client):
    world.partner(own, "Known", (1, 0, 2, 2, 2, 2), amount=100)
    world.partner(own, "Unknown", (None, None, 3, None, None, None), amount=100)
    ranking = compute(own)
    assert (ranking.ranked, ranking.waiting) == (1, 1)
    assert "Unknown" in client.get(reverse("partners-waiting", args=[own.key])).content.decode()


def test_nothing_known_is_refused_with_what_to_do(own, client):
    world.partner(own, "Unknown")
    page = client.post(reverse("portfolio-rank", args=[own.key]), follow=True).content.decode()
    assert "No partner has three criteria known yet" in page
    with pytest.raises(Refused):
        compute(own)


def test_an_unknown_criterion_may_be_anything(own):
    world.partner(own, "Whole", (2, 0, 2, 2, 2, 2), amount=100)
    world.partner(own, "Partial", (2, 0, 2, 2, 2, None), amount=100)
    partial = row(compute(own), "Partial")
    assert partial.ranges["market"] == [0, 4, False]
    assert 0.2 < partial.share < 0.8


def test_what_would_change_it_does_when_done(own, cast):
    """The sentence on the sheet is a promise: making that change and computing again must carry it over."""
    scoring.state_order(by=actor(cast.client_member), portfolio=own, order=ORDER)
    world.partner(own, "Inside", (2, 0, 3, 2, 2, 2), amount=100)
    outside = world.partner(own, "Outside", (2, 0, 1, 1, 1, 1), amount=100)
    found = row(compute(own), "Outside")
    assert (found.within, found.change_criterion) == (False, "criticality")
    scoring.score_partner(by=actor(world.keeper(own)), partner=outside, given={"criticality": (found.change_level, "")})
    assert row(compute(own), "Outside").within
    own.refresh_from_db()
    scoring.score_partner(
        by=actor(world.keeper(own)), partner=outside, given={"criticality": (found.change_level - 1, "")}
    )
    assert not row(compute(own), "Outside").within


def test_the_nearest_order_does_when_stated(own, cast):
    scoring.state_order(by=actor(cast.client_member), portfolio=own, order=ORDER)
    world.partner(own, "Critical", (0, 0, 4, 0, 0, 0), amount=100)
    world.partner(own, "Promising", (4, 0, 0, 0, 0, 0), amount=100)
    found = row(compute(own), "Promising")
    assert found.change_order[:2] == ["potential", "criticality"]
    scoring.state_order(by=actor(cast.client_member), portfolio=own, order=[[one] for one in found.change_order])
    assert row(compute(own), "Promising").within


def test_a_partner_that_nothing_moves_is_said_so(own):
    world.partner(own, "Best", (4, 0, 4, 4, 4, 4), amount=900)
    with translation.override("en"):
        said = change_in_words(row(compute(own), "Best"))
    assert said == "No single change of level or order would do it."


def test_merged_and_put_away_partners_do_not_count(own, cast):
    one = world.partner(own, "Lorvaux", (1, 0, 1, 1, 1, 1), amount=30)
    twin = world.partner(own, "Lorvaux SA", (1, 0, 3, 1, 1, 1), amount=70)
    gone = world.partner(own, "Gone", (4, 0, 4, 4, 4, 4), amount=900)
    portfolios.archive_partner(by=actor(cast.client_member), partner=gone)
    merging.merge_partners(by=actor(cast.client_member), into=one, partners=[one, twin])
    only = compute(own).rows.get()
    assert (only.partner, only.amount, only.amount_share) == (one, 100, 100.0)
    assert only.ranges["criticality"] == [1, 3, True]


def test_the_page_says_since_when_the_ranks_are_out_of_date(own, client, cast):
    one = world.partner(own, "Lorvaux", (1, 0, 1, 1, 1, 1), amount=30)
    compute(own)
    url = reverse("portfolio", args=[own.key])
    assert "Compute the ranks again" not in client.get(url).content.decode()
    with clock.at(clock.now() + timedelta(hours=1)):
        scoring.score_partner(by=actor(cast.client_member), partner=one, given={"market": (4, "")})
    page = client.get(url).content.decode()
    assert "Compute the ranks again" in page
    assert "one new score" in page


def test_a_ranking_keeps_its_figures_when_scores_change_later(own, cast):
    one = world.partner(own, "Lorvaux", (1, 0, 1, 1, 1, 1), amount=30)
    ranking = compute(own)
    before = RankedPartner.objects.values().get(ranking=ranking)
    scoring.score_partner(by=actor(cast.client_member), partner=one, given={"market": (4, "")})
    compute(own)
    assert RankedPartner.objects.values().get(ranking=ranking) == before


def test_two_dates_show_who_came_in_and_why(own, client, cast):
    world.partner(own, "First", (2, 0, 2, 2, 2, 2), amount=100)
    rising = world.partner(own, "Rising", (0, 0, 1, 1, 1, 1), amount=100)
    compute(own)
    scoring.score_partner(by=actor(world.keeper(own)), partner=rising, given={"down": (4, ""), "criticality": (4, "")})
    with clock.at(clock.now() + timedelta(days=90)):
        compute(own)
    page = client.get(reverse("portfolio-compare", args=[own.key])).content.decode()
    assert "In: 1. Out: 1." in page
    assert "steady, then strongly down" in page


@pytest.mark.parametrize(("share", "says"), [(1.0, "100%"), (0.9999, "99%"), (0.0, "0%"), (0.0001, "1%"), (0.5, "50%")])
def test_a_share_is_never_rounded_into_certainty(share, says):
    with translation.override("en"):
        assert percent(share) == says
