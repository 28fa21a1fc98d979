"""The raw mode, for the owner of the data: figures straight from the answers, and a reason for each one missing."""

import io

import numpy as np
import pytest

from measure.measured import (
    FORGE,
    INSTRUMENT,
    TWO_WAVES,
    as_document,
    changed,
    measured,
    one_of,
    page_of,
    text_of,
    wide,
    write,
)
from reciproque.measure import study, terminal
from reciproque.science.reliability import cronbach_alpha

S1 = {"client": (78, 81, 72, 70, 68, 73), "supplier": (55, 66, 50, 38, 41, 42)}


@pytest.fixture(scope="module")
def forge():
    return one_of(as_document(FORGE, raw=True), "Forge Tressac")


@pytest.fixture(scope="module")
def waves():
    return as_document(TWO_WAVES, raw=True)


def answers_of(path, side, codes):
    with study.open_study(path, INSTRUMENT) as it:
        answers = it.answers()
        return answers.matrix(codes, answers.rows(0, 0, side))


def test_the_figures_of_the_story(forge):
    for side, wanted in S1.items():
        found = [forge["sides"][side]["dimensions"][code]["mean"] for code in "FCIBDA"]
        assert [round(mean) for mean in found] == list(wanted)
        assert forge["sides"][side]["index"]["mean"] == pytest.approx(np.mean(found), abs=1e-5)
    assert (forge["sides"]["client"]["n"], forge["sides"]["supplier"]["n"]) == (9, 13)
    assert [round(forge["mirror"]["index"]["imagines"][side]["mean"]) for side in ("client", "supplier")] == [71, 58]
    assert round(forge["mirror"]["index"]["lucidity"]["client"]["difference"]) == 22


def test_intervals_hold_their_means_and_stay_on_the_scale(waves):
    for one in waves["relationships"]:
        for side in one["sides"].values():
            for found in (*side["dimensions"].values(), side["index"], side["unsaid"], *side["items"].values()):
                assert 0 <= found["low"] < found["high"] <= 100
                assert found["low"] <= found["mean"] <= found["high"]


def test_gap_is_what_is_assumed_and_what_is_mistaken(forge):
    """R = P + L on the questions asked both ways, for both sides."""
    for mirror in forge["mirror"].values():
        apart = mirror["says"]["client"]["mean"] - mirror["says"]["supplier"]["mean"]
        for side, sign in (("client", 1), ("supplier", -1)):
            assumed, lucidity = mirror["assumed"][side]["difference"], mirror["lucidity"][side]["difference"]
            assert assumed + lucidity == pytest.approx(sign * apart, abs=1e-5)


def test_sides_that_trade_places_turn_every_sign(tmp_path, forge):
    swap = {"client": "fournisseur", "fournisseur": "client"}
    header, rows = wide()
    first = [[row[0], swap[row[1]], *row[2:]] for row in rows if "Forge" in row[0] and row[2] == "0"]
    turned = one_of(as_document(write(tmp_path / "turned.csv", header, first), raw=True), "Forge")
    straight = [[row[0], swap[row[1]], *row[2:]] for row in first]
    plain = one_of(as_document(write(tmp_path / "plain.csv", header, straight), raw=True), "Forge")
    assert turned["sides"]["client"] == plain["sides"]["supplier"]
    for code, gap in plain["gaps"].items():
        assert turned["gaps"][code]["difference"] == pytest.approx(-gap["difference"], abs=1e-5)
        assert turned["gaps"][code]["low"] == pytest.approx(-gap["high"], abs=1e-5)


def test_alpha_and_distance_are_those_of_the_answers(forge):
    table = answers_of(FORGE, 0, ["F1", "F2", "F3", "F4"])
    found = forge["sides"]["client"]["reliability"]["F"]
    assert found["alpha"] == pytest.approx(cronbach_alpha(table), abs=1e-6)
    assert found["alpha_low"] < found["alpha"] < found["alpha_high"]
    assert found["omega"] is None  # nine people are too few for a factor
    distance = np.abs(table - table.mean(axis=0)).mean()
    assert forge["sides"]["client"]["agreement"]["F"]["ad"] == pytest.approx(distance, abs=1e-6)


def test_few_relationships_shrink_nothing(forge):
    assert forge["gaps"]["F"]["shrunken"] is None
    assert forge["sides"]["client"]["dimensions"]["F"]["shrunken"] is None


def test_shrunken_gaps_and_means_move_towards_the_others(waves):
    latest = [one for one in waves["relationships"] if one["wave"] == "1"]
    over = waves["file"]["gaps"]["profile"]
    assert over["relationships"] == len(latest) == 8
    for one in latest:
        gap = one["gaps"]["profile"]
        assert min(gap["difference"], over["mean"]) - 1e-6 <= gap["shrunken"]
        assert gap["shrunken"] <= max(gap["difference"], over["mean"]) + 1e-6
    client = waves["file"]["spread"]["client"]["profile"]
    for one in latest:
        index = one["sides"]["client"]["index"]
        assert abs(index["shrunken"] - client["mean"]) <= abs(index["mean"] - client["mean"]) + 1e-6
    assert 0 < client["icc1"] < client["icc2"] < 1


def test_what_changed_rests_on_linked_people(waves):
    plant = next(one for one in waves["changes"] if "Ondelis" in one["id"])
    assert (plant["earlier"], plant["later"], plant["word"]) == ("0", "1", "clear_rise")
    assert plant["linked"] == 9 + 8
    assert {side: one["word"] for side, one in plant["sides"].items()} == {
        "client": "clear_rise",
        "supplier": "clear_rise",
    }
    assert plant["sides"]["client"]["low"] > 0
    still = next(one for one in waves["changes"] if "Mécanor" in one["id"])
    assert (still["word"], still["sides"]) == ("cannot_tell", {})


def test_strange_groups_give_reasons_and_no_crash(tmp_path):
    """One side only, one person a side, everybody the same, nobody answered a subject."""

    def strange(header, rows):
        first = [row for row in rows if row[2] == "0"]
        reliability = [k for k, name in enumerate(header) if name in ("F1", "F2", "F3", "F4")]
        kept = []
        for row in first:
            if "Forge" in row[0] and row[1] == "fournisseur":
                continue
            if "Ondelis" in row[0] and row[3] not in ("C01", "S01"):
                continue
            if "Clarivène" in row[0]:
                row = row[:5] + ["4"] * len(row[5:])
            if "Cryptelle" in row[0] and row[1] == "client":
                row = ["" if k in reliability else cell for k, cell in enumerate(row)]
            kept.append(row)
        return kept

    document = as_document(
        changed(tmp_path / "strange.csv", strange, "Forge", "Ondelis", "Clarivène", "Cryptelle"), raw=True
    )
    alone = one_of(document, "Forge")
    assert alone["reason"] == "one_side_only"
    assert alone["sides"]["supplier"]["n"] == 0
    assert alone["gaps"]["F"] == {**alone["gaps"]["F"], "difference": None, "reason": "one_side_only"}
    assert alone["states"]["index"]["state"] == "cannot_tell"
    two = one_of(document, "Ondelis")
    assert two["sides"]["client"]["n"] == 1
    assert two["sides"]["client"]["agreement"]["F"]["reason"] == "too_few_people"
    flat = one_of(document, "Clarivène")
    assert flat["sides"]["client"]["dimensions"]["F"]["mean"] == 50
    assert flat["sides"]["client"]["reliability"]["F"]["reason"] == "no_variance"
    missing = one_of(document, "Cryptelle")["sides"]["client"]
    assert missing["dimensions"]["F"]["reason"] == "no_answer"
    assert missing["dimensions"]["F"]["mean"] is None
    assert missing["cannot_say"] == pytest.approx(4 / 30, abs=1e-6)


@pytest.mark.parametrize("asked", [("F1", "F2"), ("N1", "N2", "N3"), ("T1",), ("F2", "C1", "F2m", "C1m")])
@pytest.mark.parametrize("raw", [False, True])
def test_any_part_of_the_questionnaire_will_do(tmp_path, asked, raw):
    header, rows = wide()
    kept = [*range(5), *(header.index(code) for code in asked)]
    some = [[row[k] for k in kept] for row in rows if "Forge" in row[0] or "Ondelis" in row[0]]
    path = write(tmp_path / "part.csv", [header[k] for k in kept], some)
    document = as_document(path, raw=raw)
    assert document["understood"]["questions"] == len(asked)
    assert len(document["relationships"]) == 4
    out = io.StringIO()
    terminal.write(page_of(path, raw=raw), out, width=80)
    assert "Forge Tressac" in out.getvalue()


def test_the_order_of_the_rows_changes_no_byte(tmp_path):
    straight = changed(tmp_path / "straight.csv", lambda _header, rows: rows, "Ondelis")
    back = changed(tmp_path / "back.csv", lambda _header, rows: rows[::-1], "Ondelis")
    assert text_of(straight, raw=True) == text_of(back, raw=True)
    assert text_of(straight, raw=False) == text_of(back, raw=False)


def test_both_engines_give_the_same_document():
    for path, raw in ((TWO_WAVES, True), (FORGE, False)):
        one, other = (as_document(path, raw=raw, engine=engine) for engine in ("polars", "duckdb"))
        assert one.pop("engine") != other.pop("engine")
        assert one == other


def test_a_relationship_is_found_by_place_like_in_any_list():
    found = measured(FORGE, raw=True).relationships
    assert len(found) == 1
    assert found[0].id == found[-1].id
    with pytest.raises(IndexError):
        found[1]
