"""The figures printed in docs/measures are computed here, so the pages cannot drift from the formulas."""

from pathlib import Path

import numpy as np
import pytest

from reciproque.science import network, reliability, within_group
from reciproque.science.acceptability import central_weights, robustness
from reciproque.science.change import CLEAR
from reciproque.science.coded_display import code
from reciproque.science.counts import Counts
from reciproque.science.dialogue import read_two_sides
from reciproque.science.figures import band
from reciproque.science.kept_rate import kept_rate
from reciproque.science.margins import FLOOR, SD_DIMENSION, SD_ITEM, combined, margin, standard_error
from reciproque.science.mirror import gaps
from reciproque.science.scores import person_values, side_value
from reciproque.science.trend import trend_margin
from reciproque.science.unsaid import blind_spot, unsaid_lift
from reciproque.science.within_group import null_probability

DOCS = Path(__file__).parents[2] / "docs" / "measures"


def change_margin(before, after, people):
    return CLEAR * combined(standard_error(before, people), standard_error(after, people))


WEB = network.Web(
    tuple(network.Person(key, side, key) for side, keys in (("client", "ab"), ("supplier", "stu")) for key in keys),
    (
        network.Tie("a", "s", 12),
        network.Tie("a", "u", 4, by_supplier=False),
        network.Tie("b", "s", 3, by_client=False),
        network.Tie("b", "t", 1),
    ),
)
LEVELS = np.array([[4, 0, 0], [2, 4, 2], [1, 1, 4]]) / 4
THREE = robustness(LEVELS, LEVELS, LEVELS, [[0], [1], [2]], 1, np.random.default_rng(1), 20_000)
FIGURES = {
    "scores.md": [side_value([[7, 7], [4, 4], [1, 4]]), *person_values([[7, 7], [4, 4], [1, 4]]).astype(int).tolist()],
    "margins.md": [
        *(margin(6, 7), margin(6), margin(9, 12), margin(13, 18), margin(6, 6)),
        *(int(FLOOR), int(SD_DIMENSION), int(SD_ITEM), int(combined(6, 8))),
    ],
    "dialogue.md": [unsaid_lift(Counts(6, 1, 0), 0, 8).lift, round(100 * blind_spot(Counts(6, 2, 0), [0.3]))],
    "coded_display.md": [code(7, 8).low, code(8, 8).low],
    "within_group.md": [100 * null_probability("rwg", 0.7, 3, 5), 100 * null_probability("ad_mean", 5 / 6, 3, 5)],
    "network.md": [
        *(round(100 * share) for _tie, share in network.shares(WEB).ties[:1]),
        *(round(100 * share) for _key, share in network.shares(WEB).people[:1]),
        *(round(100 * network.symmetry(WEB).agreement), network.symmetry(WEB).kappa),
    ],
    "mirror.md": [*gaps((74, 49), (71, 58)).lucidity[:1], gaps((74, 49), (71, 58)).reciprocity, 16],
    "change.md": [change_margin(11, 12, 14), change_margin(10, 9, 13), trend_margin(2, 12)],
    "kept_rate.md": [
        *(
            round(100 * figure)
            for figure in (kept_rate(7, 1, 2).lowest, kept_rate(7, 1, 2).low, kept_rate(7, 1, 2).high)
        ),
        *(round(100 * figure) for figure in (kept_rate(7, 1, 1, 1).highest, kept_rate(7, 1, 1, 1).high)),
    ],
    "acceptability.md": [
        *(100 * weight for weight in central_weights([[0], [1], [2]])),
        *(100 * value for value in THREE.value),
        *(round(100 * share) for share in THREE.share[:2]),
    ],
    "publication.md": [
        *(band(1, 12, 12).low / 10, band(1, 12, 12).high / 10),
        *(band(4, 7, 7).low / 10, band(4, 7, 7).high / 10),
    ],
}
EIGHT = [[6, 5, 6, 4], [5, 5, 6, 5], [3, 2, 3, 4], [7, 6, 6, 3], [4, 4, 3, 5], [2, 3, 2, 4], [5, 6, 5, 2], [6, 6, 7, 5]]
THREE_QUESTIONS = [row[:3] for row in EIGHT]
CAMPS = within_group.agreement([5, 5, 5, 4, 6, 7, 7, 1, 7, 3], ["a"] * 5 + ["b"] * 5, 7)
TWO_DECIMALS = {
    "reliability.md": [
        reliability.cronbach_alpha(EIGHT),
        *(reliability.alpha_interval(EIGHT).low, reliability.alpha_interval(EIGHT).high),
        *reliability.item_rest(EIGHT),
        *(reliability.cronbach_alpha(THREE_QUESTIONS), reliability.omega_total(THREE_QUESTIONS)),
        *(reliability.alpha_interval(THREE_QUESTIONS).low, reliability.alpha_interval(THREE_QUESTIONS).high),
        reliability.categorical_omega(THREE_QUESTIONS),
    ],
    "within_group.md": [
        *(within_group.null_quantile("rwg", n, 7) for n in (3, 4, 5, 6, 8, 12)),
        *(within_group.null_quantile("ad_mean", n, 7) for n in (3, 4, 5, 6, 8, 12)),
        *(*CAMPS.ad_mean, *CAMPS.rwg_j, *CAMPS.r_star_wg_j, *CAMPS.a_wg),
        within_group.chance_variance(7, "slight_skew"),
        within_group.chance_variance(5, "slight_skew"),
    ],
}
THREE_DECIMALS = {
    "dialogue.md": [
        read_two_sides([("x", (7, 1, 0), (7, 1, 0))]).statements[0].p_common,
        read_two_sides([("x", (4, 1, 0), (4, 1, 0))]).statements[0].p_common,
    ],
}


@pytest.mark.parametrize("name", FIGURES)
@pytest.mark.parametrize(("language", "comma"), [("en", "."), ("fr", ",")])
def test_the_figures_of_a_page_are_those_of_the_formulas(name, language, comma):
    text = (DOCS / language / name).read_text()
    for figure in FIGURES[name]:
        written = str(figure) if isinstance(figure, int) else f"{figure:.1f}".replace(".", comma)
        assert written in text, (name, language, written)


@pytest.mark.parametrize("name", THREE_DECIMALS)
@pytest.mark.parametrize(("language", "comma"), [("en", "."), ("fr", ",")])
def test_probabilities_of_a_page_are_those_of_the_formulas(name, language, comma):
    text = (DOCS / language / name).read_text()
    for figure in THREE_DECIMALS[name]:
        assert f"{figure:.3f}".replace(".", comma) in text, (name, language, figure)


@pytest.mark.parametrize("name", TWO_DECIMALS)
@pytest.mark.parametrize(("language", "comma"), [("en", "."), ("fr", ",")])
def test_reliability_and_agreement_of_a_page_are_those_of_the_formulas(name, language, comma):
    text = (DOCS / language / name).read_text()
    for figure in TWO_DECIMALS[name]:
        assert f"{figure:.2f}".replace(".", comma).replace("-", "−") in text, (name, language, figure)


def test_french_pages_keep_their_no_break_spaces():
    for path in (DOCS / "fr").glob("*.md"):
        text = path.read_text()
        for wrong in (" ;", " ?", " !", " %", "« ", " »", "'"):
            assert wrong not in text, (path.name, wrong)
