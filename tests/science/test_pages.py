"""The figures printed in docs/measures are computed here, so the pages cannot drift from the formulas."""

from pathlib import Path

import pytest

from reciproque.science.change import CLEAR
from reciproque.science.coded_display import code
from reciproque.science.counts import Counts
from reciproque.science.dialogue import read_two_sides
from reciproque.science.figures import band
from reciproque.science.margins import FLOOR, SD_DIMENSION, SD_ITEM, combined, margin, standard_error
from reciproque.science.mirror import gaps
from reciproque.science.scores import person_values, side_value
from reciproque.science.trend import trend_margin
from reciproque.science.unsaid import blind_spot, unsaid_lift

DOCS = Path(__file__).parents[2] / "docs" / "measures"


def change_margin(before, after, people):
    return CLEAR * combined(standard_error(before, people), standard_error(after, people))


FIGURES = {
    "scores.md": [side_value([[7, 7], [4, 4], [1, 4]]), *person_values([[7, 7], [4, 4], [1, 4]]).astype(int).tolist()],
    "margins.md": [
        *(margin(6, 7), margin(6), margin(9, 12), margin(13, 18), margin(6, 6)),
        *(int(FLOOR), int(SD_DIMENSION), int(SD_ITEM), int(combined(6, 8))),
    ],
    "dialogue.md": [unsaid_lift(Counts(6, 1, 0), 0, 8).lift, round(100 * blind_spot(Counts(6, 2, 0), [0.3]))],
    "coded_display.md": [code(7, 8).low, code(8, 8).low],
    "mirror.md": [*gaps((74, 49), (71, 58)).lucidity[:1], gaps((74, 49), (71, 58)).reciprocity, 16],
    "change.md": [change_margin(11, 12, 14), change_margin(10, 9, 13), trend_margin(2, 12)],
    "publication.md": [
        *(band(1, 12, 12).low / 10, band(1, 12, 12).high / 10),
        *(band(4, 7, 7).low / 10, band(4, 7, 7).high / 10),
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


def test_french_pages_keep_their_no_break_spaces():
    for path in (DOCS / "fr").glob("*.md"):
        text = path.read_text()
        for wrong in (" ;", " ?", " !", " %", "« ", " »", "'"):
            assert wrong not in text, (path.name, wrong)
