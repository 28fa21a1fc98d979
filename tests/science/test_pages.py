"""The figures printed in docs/measures are computed here, so the pages cannot drift from the formulas."""

from pathlib import Path

import pytest

from reciproque.science.change import CLEAR
from reciproque.science.figures import band
from reciproque.science.margins import FLOOR, SD_DIMENSION, SD_ITEM, combined, margin, standard_error
from reciproque.science.mirror import gaps
from reciproque.science.scores import person_values, side_value
from reciproque.science.trend import trend_margin

DOCS = Path(__file__).parents[2] / "docs" / "measures"


def change_margin(before, after, people):
    return CLEAR * combined(standard_error(before, people), standard_error(after, people))


FIGURES = {
    "scores.md": [side_value([[7, 7], [4, 4], [1, 4]]), *person_values([[7, 7], [4, 4], [1, 4]]).astype(int).tolist()],
    "margins.md": [
        *(margin(6, 7), margin(6), margin(9, 12), margin(13, 18), margin(6, 6)),
        *(int(FLOOR), int(SD_DIMENSION), int(SD_ITEM), int(combined(6, 8))),
    ],
    "mirror.md": [*gaps((74, 49), (71, 58)).lucidity[:1], gaps((74, 49), (71, 58)).reciprocity, 16],
    "change.md": [change_margin(11, 12, 14), change_margin(10, 9, 13), trend_margin(2, 12)],
    "publication.md": [
        *(band(1, 12, 12).low / 10, band(1, 12, 12).high / 10),
        *(band(4, 7, 7).low / 10, band(4, 7, 7).high / 10),
    ],
}


@pytest.mark.parametrize("name", FIGURES)
@pytest.mark.parametrize(("language", "comma"), [("en", "."), ("fr", ",")])
def test_the_figures_of_a_page_are_those_of_the_formulas(name, language, comma):
    text = (DOCS / language / name).read_text()
    for figure in FIGURES[name]:
        written = str(figure) if isinstance(figure, int) else f"{figure:.1f}".replace(".", comma)
        assert written in text, (name, language, written)


def test_french_pages_keep_their_no_break_spaces():
    for path in (DOCS / "fr").glob("*.md"):
        text = path.read_text()
        for wrong in (" ;", " ?", " !", " %", "« ", " »", "'"):
            assert wrong not in text, (path.name, wrong)
