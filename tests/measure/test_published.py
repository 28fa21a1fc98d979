"""The default mode shows what both companies could be shown, and nothing that the rules hold back."""

import numpy as np
import pytest

from measure.measured import FORGE, INSTRUMENT, as_document, changed, measured, one_of, page_of, text_of, wide, write
from reciproque import instruments
from reciproque.measure import measuring, study
from reciproque.measure.errors import Refused
from reciproque.science.derive import read
from reciproque.science.publication import publish

S1 = {"client": (78, 81, 72, 70, 68, 73), "supplier": (55, 66, 50, 38, 41, 42)}


@pytest.fixture(scope="module")
def forge():
    return one_of(as_document(FORGE, raw=False), "Forge Tressac")


def numbers(value):
    """Every number below a JSON value."""
    if isinstance(value, dict):
        return [n for one in value.values() for n in numbers(one)]
    if isinstance(value, list):
        return [n for one in value for n in numbers(one)]
    return [value] if isinstance(value, int | float) and not isinstance(value, bool) else []


def test_the_story_comes_out_on_the_grid_of_published_figures(forge):
    assert forge["level"] == "dimensions"
    for side, points in S1.items():
        for code, wanted in zip("FCIBDA", points, strict=True):
            low, high = forge["sides"][side]["dimensions"][code]["known"]
            assert low - 0.5 <= wanted <= high + 0.5
            assert high - low < 1.7  # one step of 0.1 on the scale of answers
    assert forge["states"]["index"] == {"state": "false_agreement", "mistaken": ["client"]}
    assert forge["gaps"]["profile"]["verdict"] == "clear"
    assert forge["gaps"]["C"]["verdict"] == "cannot_tell"


def test_the_figures_are_those_of_the_publication_and_its_derivation(forge):
    with study.open_study(FORGE, INSTRUMENT) as it:
        answers = it.answers()
        rows = publish(it.shape, answers.ballots(0, 0, 0), answers.ballots(0, 0, 1)).figures
        reading = read(rows, it.shape)
    for side in ("client", "supplier"):
        shown = forge["sides"][side]
        assert shown["index"]["mean"] == pytest.approx(reading.sides[side].profile.value, abs=1e-6)
        assert shown["n"] == reading.sides[side].n
        for code, score in reading.sides[side].dimensions.items():
            where = shown["unsaid"] if code == "N" else shown["dimensions"][code]
            assert where["known"] == pytest.approx([score.low, score.high], abs=1e-6)
            assert where["low"] == pytest.approx(max(0, score.low - score.margin), abs=1e-6)


def test_nothing_of_a_single_question_is_shown_under_twelve_people(forge):
    assert all(forge["sides"][side]["items"] == {} for side in ("client", "supplier"))
    assert set(forge["mirror"]) == {"index"}


def test_answers_that_leave_the_published_rows_alone_change_no_byte(tmp_path):
    """Within a side and a wave, each question's answers dealt out again to other people: nothing may show it."""

    def dealt_again(header, rows):
        chance = np.random.default_rng(3)
        table = np.array(rows, dtype=object)
        for key in {tuple(row[:3]) for row in rows}:
            group = [k for k, row in enumerate(rows) if tuple(row[:3]) == key]
            for column in range(5, len(header)):
                table[group, column] = table[chance.permutation(group), column]
        return table.tolist()

    same = changed(tmp_path / "same.csv", lambda _header, rows: rows, "Forge", "Nubellia")
    again = changed(tmp_path / "again.csv", dealt_again, "Forge", "Nubellia")
    assert again.read_text() != same.read_text()
    assert text_of(again, raw=False) == text_of(same, raw=False)
    assert text_of(again, raw=True) != text_of(same, raw=True)


def test_a_side_under_five_people_shows_nothing_on_either_side(tmp_path):
    def seven_everywhere(_header, rows):
        return [row[:5] + ["7"] * len(row[5:]) if "Lanvert" in row[0] else row for row in rows]

    before = changed(tmp_path / "before.csv", lambda _header, rows: rows, "Lanvert", "Nubellia")
    after = changed(tmp_path / "after.csv", seven_everywhere, "Lanvert", "Nubellia")
    assert text_of(after, raw=False) == text_of(before, raw=False)
    found = one_of(as_document(before, raw=False), "Lanvert")
    assert (found["level"], found["reason"]) == ("none", "fewer_than_five")
    assert numbers(found) == []


def test_a_few_arrivals_give_words_instead_of_figures():
    document = as_document(FORGE.with_name("deux-vagues.csv"), raw=False)
    found = one_of(document, "Cryptelle", "1")
    assert (found["level"], found["reason"]) == ("trend", "trend_only")
    assert set(found["sides"]["client"]["trend"].values()) <= {"down", "same", "up"}
    assert [n for n in numbers(found["sides"]) if n not in (9, 10, 7)] == []  # how many answered, nothing else


def test_changes_open_from_the_top():
    changes = {one["id"]: one for one in as_document(FORGE.with_name("deux-vagues.csv"), raw=False)["changes"]}
    plant = next(one for name, one in changes.items() if "Ondelis" in name)
    assert plant["word"] == "clear_rise"
    assert {side: verdict["word"] for side, verdict in plant["sides"].items()} == {
        "client": "clear_rise",
        "supplier": "clear_rise",
    }
    still = next(one for name, one in changes.items() if "Clarivène" in name)
    assert (still["word"], still["sides"], still["dimensions"]) == ("cannot_tell", {}, {})


def test_a_second_wave_of_unnamed_people_is_not_shown(tmp_path):
    header, rows = wide()
    place = header.index("répondant")
    cut = [row[:place] + row[place + 1 :] for row in rows if "Forge" in row[0]]
    path = write(tmp_path / "unnamed.csv", header[:place] + header[place + 1 :], cut)
    document = as_document(path, raw=False)
    assert one_of(document, "Forge", "0")["level"] == "dimensions"
    second = one_of(document, "Forge", "1")
    assert (second["level"], second["reason"]) == ("none", "no_identifiers")
    assert numbers(second) == []
    assert document["changes"][0]["reason"] == "no_identifiers"


def test_how_many_could_not_say_is_kept_back():
    document = as_document(FORGE, raw=False)
    assert not {"answers", "cannot_say"} & set(document["understood"])
    assert as_document(FORGE, raw=True)["understood"]["cannot_say"] == 2
    page = page_of(FORGE, raw=False)
    said = " ".join(fact.value for fact in page.facts)
    assert "834" not in said
    assert "836" not in said


def test_a_refused_answer_is_counted_but_never_repeated(tmp_path):
    def twice(_header, rows):
        return [*rows, [*rows[0][:5], *("2" for _ in rows[0][5:])]]

    path = changed(tmp_path / "twice.csv", twice, "Lanvert")
    about = as_document(path, raw=False)["understood"]
    assert about["refused_by_reason"] == {"duplicate": about["refused"]}
    assert about["refused"] > 0
    assert all("value" not in one for one in about["refused_first"])
    assert all("value" in one for one in as_document(path, raw=True)["understood"]["refused_first"])


def test_open_bands_stay_bounds():
    found = one_of(as_document(FORGE.with_name("deux-vagues.csv"), raw=False), "Nubellia")
    ability = found["sides"]["client"]["dimensions"]["C"]
    assert (ability["mean"], ability["reason"], ability["known"][1]) == (None, "open_band", 100)


def test_the_rules_do_not_exist_for_another_scale(tmp_path):
    text = instruments.source().replace("points = 7", "points = 5")
    header, rows = wide()
    five = [row[:5] + [str(min(5, int(cell))) if cell else "" for cell in row[5:]] for row in rows]
    path = write(tmp_path / "five.csv", header, five)
    with study.open_study(path, instruments.parse(text)) as it:
        with pytest.raises(Refused, match="7 points"):
            measuring.measure(it, raw_figures=False)
        assert len(measuring.measure(it, raw_figures=True).relationships) == 16


def test_relationships_keep_their_order_and_waves():
    found = measured(FORGE.with_name("deux-vagues.csv"), raw=False).relationships
    keys = [(one.id, one.wave) for one in found]
    assert keys == sorted(keys)
    assert len(keys) == 16
