"""Partners on a map: every one is drawn, named where there is room, and told to those who do not see it."""

import re

import pytest

from reciproque.reports.charts.partners import Dot, Map, RankRange, partner_map, rank_range, sign


def dot(number=1, across=0.5, up=0.5, **fields):
    given = {"size": 0.5, "fill": "full", "rings": 0, "outside": False, **fields}
    return Dot(f"Partner {number}", f"{number}.", across, up, **given)


def chart(*dots, side="supplier", **fields):
    words = {"above": "up", "below": "down", "left": "easy", "right": "critical"}
    return Map("m", "Map", "What it shows", side, dots, **words, **fields)


@pytest.mark.parametrize(("side", "shape"), [("client", "<circle"), ("supplier", "<path")])
def test_the_shape_is_that_of_the_side(side, shape):
    drawn = partner_map(chart(dot(), side=side))
    assert f'class="m-{side}"' in drawn
    assert shape in drawn


def test_every_partner_is_drawn_and_named_even_when_all_stand_at_one_place():
    drawn = partner_map(chart(*(dot(number) for number in range(1, 13))))
    assert drawn.count('class="m-supplier"') == 12
    assert {f">{number}." in drawn or f">{number}. Partner" in drawn for number in range(1, 13)} == {True}
    places = re.findall(r'<svg x="([\d.]+)%" y="([\d.]+)"[^>]*><path class="m-supplier"', drawn)
    assert len(set(places)) == 12


def test_rings_and_fills_follow_market_and_stance():
    drawn = partner_map(chart(dot(fill="hatched", rings=2), dot(2, 0.1, fill="hollow", rings=1, outside=True)))
    assert drawn.count('class="ring is-supplier"') == 2
    assert 'class="m-supplier reserve"' in drawn
    assert 'class="m-supplier hollow out"' in drawn


def test_names_are_text_never_markup():
    drawn = partner_map(chart(Dot("<script>&", "1.", 0.5, 0.5, 0.5, "full", 0, False)))
    assert "&lt;script&gt;&amp;" in drawn
    assert "<script" not in drawn


def test_it_is_named_and_described_for_those_who_do_not_see_it():
    drawn = partner_map(chart(dot()))
    assert 'role="img"' in drawn
    assert '<desc id="m-d">What it shows</desc>' in drawn


def test_no_inline_style_on_a_page_and_colours_on_paper():
    assert "style" not in partner_map(chart(dot()))
    assert "<style>" in partner_map(chart(dot()), 860)
    assert "%" not in re.sub(r"<style>.*?</style>", "", partner_map(chart(dot()), 860), flags=re.S)


def test_the_range_of_ranks_covers_its_ends_and_stops_at_the_scale():
    one = RankRange("r", "Possible rank", "3; 2 to 40", "client", 3, 2, 40, 9, 12)
    drawn = rank_range(one)
    left, width = (float(found) for found in re.search(r'<rect x="([\d.]+)%" y="9" width="([\d.]+)%"', drawn).groups())
    assert left == pytest.approx(4 + 92 / 11, abs=0.01)
    assert left + width == pytest.approx(96, abs=0.01)
    assert "<circle" in drawn


@pytest.mark.parametrize("kind", ["small", "large", "full", "hatched", "hollow", "open", "oligopoly", "monopoly"])
def test_each_sign_of_the_legend_is_hidden_from_screen_readers(kind):
    assert 'aria-hidden="true"' in sign("client", kind)
