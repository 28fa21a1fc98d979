"""Scores of several people, their history and their disagreement; the order of the criteria."""

from datetime import timedelta

import pytest
from django.urls import reverse

import personas
from app.portfolio import world
from reciproque.app.portfolio.actions import scoring
from reciproque.app.portfolio.criteria import CRITERIA, SCALES, anchors
from reciproque.app.portfolio.models import Score
from reciproque.app.portfolio.queries import levels, orders
from reciproque.app.shared import clock
from reciproque.app.shared.audit import actor
from reciproque.app.shared.errors import Refused
from reciproque.app.shared.models import AuditRecord


@pytest.fixture
def own(client, cast):
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    client.force_login(cast.client_member)
    return world.portfolio(cast.relationship.client)


def level(own, criterion):
    return levels.known(own)[0].levels[criterion]


@pytest.mark.parametrize("chair", ["client", "supplier"])
@pytest.mark.parametrize("scale", SCALES)
def test_every_step_of_every_scale_has_its_own_words(chair, scale):
    words = [step.anchor for step in anchors(chair, scale)]
    assert len(set(words)) == 5


def test_the_anchors_depend_on_the_chair(client, cast, own):
    one = world.partner(own, "Lorvaux")
    assert "ten suppliers or more" in client.get(reverse("partner-score", args=[one.key])).content.decode()
    selling = world.portfolio(cast.relationship.client, name="Clients", chair="supplier")
    other = world.partner(selling, "Montserein")
    page = client.get(reverse("partner-score", args=[other.key])).content.decode()
    assert "It is the only client" in page
    assert "ten suppliers or more" not in page


def test_a_score_is_signed_dated_and_explained_on_the_sheet(client, cast, own):
    one = world.partner(own, "Lorvaux")
    data = {"criticality": "4", "criticality-evidence": "A stop here stops two plants."}
    page = client.post(reverse("partner-score", args=[one.key]), data, follow=True).content.decode()
    assert "A stop here stops two plants." in page
    assert "Irreplaceable today" in page
    assert str(cast.client_member) in page
    assert one.scores.get().scorer == cast.client_member


def test_a_new_score_by_the_same_person_supersedes_and_the_old_one_stays_in_the_history(client, own):
    one = world.partner(own, "Lorvaux")
    url = reverse("partner-score", args=[one.key])
    client.post(url, {"market": "1", "market-evidence": "Two tenders."})
    client.post(url, {"market": "3", "market-evidence": "One left the market."})
    assert list(one.scores.filter(superseded_at=None).values_list("level", flat=True)) == [3]
    page = client.get(reverse("partner", args=[one.key])).content.decode()
    assert "One earlier score" in page
    assert "Two tenders." in page


def test_somebody_who_has_changed_name_still_corrects_own_scores(client, own, cast):
    partner = world.partner(own, "Lorvaux")
    scoring.score_partner(by=actor(cast.client_member), partner=partner, given={"market": (1, "before")})
    cast.client_member.name = "Another Name"
    cast.client_member.save()
    scoring.score_partner(by=actor(cast.client_member), partner=partner, given={"market": (2, "after")})
    assert [score.level for score in partner.scores.filter(superseded_at=None, scale="market")] == [2]


def test_the_same_score_again_leaves_no_trace(client, own):
    one = world.partner(own, "Lorvaux")
    url = reverse("partner-score", args=[one.key])
    client.post(url, {"market": "1"})
    records = AuditRecord.objects.count()
    client.post(url, {"market": "1"})
    assert (one.scores.count(), AuditRecord.objects.count()) == (1, records)


def test_colleagues_who_disagree_are_shown_and_make_a_range(client, cast, own):
    one = world.partner(own, "Lorvaux")
    for who, said in ((cast.client_member, 1), (cast.client_sponsor, 4)):
        scoring.score_partner(by=actor(who), partner=one, given={"criticality": (said, "")})
    page = client.get(reverse("partner", args=[one.key])).content.decode()
    assert "3 steps apart" in page
    assert (level(own, "criticality").low, level(own, "criticality").middle, level(own, "criticality").high) == (
        1,
        2.5,
        4,
    )


def test_potential_counts_by_the_larger_of_up_and_down(own):
    world.partner(own, "Haut-Vernay", (1, 4, None, None, None, None))
    assert level(own, "potential").middle == 4


def test_declared_and_estimated_stance_both_count(own):
    world.partner(own, "Fermisol", (None, None, None, 4, 1, None))
    found = level(own, "stance")
    assert (found.low, found.middle, found.high) == (1, 2.5, 4)


def test_what_nobody_scored_is_unknown_rather_than_nil(own):
    world.partner(own, "Lorvaux", (None, None, 4, None, None, None))
    assert not level(own, "market").known
    assert (level(own, "market").low, level(own, "market").high) == (0, 4)


@pytest.mark.parametrize(("amount", "step"), [(4, 0), (5, 1), (14, 1), (15, 2), (29, 2), (30, 3), (59, 3), (60, 4)])
def test_the_volume_is_read_from_the_share_of_all_flows(own, amount, step):
    world.partner(own, "Lorvaux", amount=amount)
    world.partner(own, "Others", amount=1000 - amount)
    assert level(own, "volume").middle == step


def test_a_ground_without_a_sentence_is_asked_again_and_nothing_typed_is_lost(client, own):
    one = world.partner(own, "Lorvaux")
    page = client.post(reverse("partner-score", args=[one.key]), {"market-evidence": "A single plant."})
    assert "Choose a sentence too" in page.content.decode()
    assert "A single plant." in page.content.decode()
    assert not Score.objects.exists()


@pytest.mark.parametrize("given", [{"criticality": (5, "")}, {"criticality": (-1, "")}, {"beauty": (2, "")}])
def test_a_level_off_the_scale_is_refused(own, given):
    one = world.partner(own, "Lorvaux")
    with pytest.raises(Refused):
        scoring.score_partner(by=actor(world.keeper(own)), partner=one, given=given)


# ---------------------------------------------------------------- the order of the criteria
def post_order(client, own, order, **data):
    return client.post(reverse("portfolio-weights", args=[own.key]), {"order": order, **data})


@pytest.mark.parametrize(
    ("start", "move", "end"),
    [
        ("volume|potential|criticality,stance,market", "up:potential", "potential|volume|criticality,stance,market"),
        ("volume|potential|criticality,stance,market", "down:volume", "potential|volume|criticality,stance,market"),
        ("volume|potential|criticality,stance,market", "join:potential", "volume,potential|criticality,stance,market"),
        ("volume,potential,criticality,stance,market", "up:market", "market|volume,potential,criticality,stance"),
        ("volume,potential,criticality,stance,market", "down:volume", "potential,criticality,stance,market|volume"),
        ("volume|potential|criticality,stance,market", "up:volume", "volume|potential|criticality,stance,market"),
        ("volume|potential,criticality,stance,market", "join:volume", "volume|potential,criticality,stance,market"),
    ],
)
def test_each_button_moves_one_criterion_without_keeping_anything(client, own, start, move, end):
    page = post_order(client, own, start, move=move).content.decode()
    assert f'name="order" value="{end}"' in page
    assert not own.weightings.exists()


def test_a_stated_order_is_signed_and_kept_with_the_earlier_ones(client, cast, own):
    post_order(client, own, "volume|potential|criticality|stance|market", state="1", reason="Board of May.")
    with clock.at(clock.now() + timedelta(days=1)):
        post_order(client, own, "criticality,potential|volume|stance|market", state="1")
    page = client.get(reverse("portfolio-weights", args=[own.key])).content.decode()
    assert "Board of May." in page
    assert own.weightings.count() == 2
    assert orders.order_in_force(own)[0] == ["criticality", "potential"]
    assert own.weightings.first().stated_by == cast.client_member


@pytest.mark.parametrize("order", ["volume", "volume|volume|potential|stance|market", "<script>", "a|b|c|d|e"])
def test_an_order_that_is_not_one_is_never_kept(client, own, order):
    post_order(client, own, order, state="1")
    assert all(sorted(one for group in row.order for one in group) == sorted(CRITERIA) for row in own.weightings.all())
    with pytest.raises(Refused):
        scoring.state_order(by=actor(world.keeper(own)), portfolio=own, order=[["volume"]])


def test_the_weights_of_an_order_are_shown(client, own):
    page = post_order(client, own, "criticality|potential|volume|market|stance", look="1").content.decode()
    for weight in ("46%", "26%", "16%", "9%", "4%"):
        assert weight in page


def test_an_account_of_another_company_signs_nothing_here(client, own):
    one = world.partner(own, "Lorvaux")
    client.force_login(personas.account("stranger", personas.organisation()))
    assert client.post(reverse("partner-score", args=[one.key]), {"market": "1"}).status_code == 404
