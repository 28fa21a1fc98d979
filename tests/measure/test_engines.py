"""Every engine finds the same sums, and they are those of the plain formulas."""

import shutil
from importlib.util import find_spec

import numpy as np
import pytest

from measure.files_of_answers import (
    INSTRUMENT,
    LONG,
    figures,
    long_rows,
    opened,
    parquet,
    people,
    same,
    text,
    wide_rows,
    write,
)
from reciproque.measure.errors import Refused
from reciproque.science.scores import person_values, points

CROWD = people(relationships=4, each=7, waves=2)


@pytest.fixture(scope="module")
def paths(tmp_path_factory):
    """The same answers as text, as long Parquet and as wide Parquet."""
    folder = tmp_path_factory.mktemp("engines")
    return [
        write(folder / "long.csv", text(LONG, long_rows(CROWD))),
        parquet(folder / "long.parquet", LONG, long_rows(CROWD)),
        parquet(folder / "wide.parquet", *wide_rows(CROWD)),
    ]


def test_duckdb_finds_what_polars_finds_to_the_last_bit(paths):
    reference = figures(paths[0])
    for path in paths:
        assert same(reference, figures(path, engine="duckdb")), path.name
        assert same(reference, figures(path, engine="polars")), path.name


@pytest.mark.slow
@pytest.mark.skipif(not find_spec("pyspark") or not shutil.which("java"), reason="Spark or Java is not here")
def test_spark_finds_what_polars_finds_to_the_last_bit(paths):
    reference = figures(paths[0])
    for path in paths:
        assert same(reference, figures(path, engine="spark")), path.name


@pytest.mark.skipif(bool(find_spec("pyspark")), reason="Spark is here")
def test_an_engine_that_is_not_installed_is_said(paths):
    with pytest.raises(Refused, match=r"reciproque\[spark\]"), opened(paths[0], engine="spark"):
        pass


def test_means_and_spreads_are_those_of_the_plain_formulas(paths):
    with opened(paths[2]) as it:
        sums, complete, answers = it.sums(), it.whole(), it.answers()
        group = sums.group(1, 1, 1)
        rows = answers.rows(1, 1, 1)
        for dimension in it.shape.dimensions:
            place = sums.scale(dimension.code)
            values = person_values(answers.matrix(dimension.items, rows))
            known = values[~np.isnan(values)]
            assert sums.n[group, place] == known.size
            assert sums.mean[group, place] == pytest.approx(known.mean(), abs=1e-9)
            assert sums.variance[group, place] == pytest.approx(known.var(ddof=1), abs=1e-9)
            whole = points(answers.matrix(dimension.items, rows))
            whole = whole[~np.isnan(whole).any(axis=1)]
            assert complete.n[group, place] == len(whole)
            assert complete.item_variance[group, place] == pytest.approx(whole.var(axis=0, ddof=1).sum(), abs=1e-9)
            assert complete.total_variance[group, place] == pytest.approx(whole.sum(axis=1).var(ddof=1), abs=1e-9)


def test_every_scale_is_the_mean_of_the_values_of_people(paths):
    with opened(paths[1]) as it:
        sums, answers = it.sums(), it.answers()
        assert {"F", "T", "N", "profile", "index", "index_m", "F_d", "F_m"} <= {scale.code for scale in sums.scales}
        for place, scale in enumerate(sums.scales):
            values = answers.values_of(scale, sums.scales)
            for group in range(len(sums.people)):
                rows = answers.rows(sums.relationship[group], sums.wave[group], sums.side[group])
                assert sums.people[group] == len(rows)
                assert sums.mean[group, place] == pytest.approx(np.nanmean(values[rows]), abs=1e-9)


def test_a_profile_needs_half_of_the_facets_and_a_dimension_half_of_its_questions(tmp_path):
    header = ("side", "F1", "F2", "F3", "C1", "C2", "I1", "T1")
    rows = [("client", 7, None, None, None, None, 7, 7), ("client", 7, 7, None, 4, None, None, 1)]
    with opened(parquet(tmp_path / "half.parquet", header, rows)) as it:
        sums, answers = it.sums(), it.answers()
        assert sums.n[0, sums.scale("F")] == 1
        assert sums.n[0, sums.scale("profile")] == 1  # the first person has one facet of three
        assert sums.mean[0, sums.scale("profile")] == pytest.approx(75)
        profile = sums.scales[sums.scale("profile")]
        assert np.isnan(answers.values_of(profile, sums.scales)).sum() == 1


def test_equal_answers_have_exactly_no_variance(tmp_path):
    rows = [("client", 5, 6, 6) for _person in range(7)] + [("supplier", 5, None, 6)] * 3
    for engine in ("polars", "duckdb"):
        with opened(parquet(tmp_path / "flat.parquet", ("side", "F1", "F2", "F3"), rows), engine=engine) as it:
            complete = it.whole()
            assert (it.sums().ss == 0).all()
            assert (complete.item_variance[0] == 0).all()
            assert complete.n.tolist() == [[7], [0]]
            assert np.isnan(complete.total_variance[1, 0])


def test_relationships_and_waves_come_in_their_natural_order(tmp_path):
    rows = [(name, "client", wave, "a", 3) for name in ("R10", "R9", "r2") for wave in (10, 9)]
    path = parquet(tmp_path / "order.parquet", ("relationship", "side", "wave", "respondent", "F1"), rows)
    with opened(path) as it:
        assert it.relationships == ("R9", "R10", "r2")
        assert it.waves == ("9", "10")
        assert it.answers([1]).relationship.tolist() == [1, 1]
        assert it.sums().group(2, 0, 1) == -1


def test_ballots_are_what_the_publication_takes(paths):
    from reciproque.science.publication import publish

    with opened(paths[0]) as it:
        answers = it.answers()
        sides = [answers.ballots(0, 0, side) for side in (0, 1)]
        assert [one.side for one in sides] == ["client", "supplier"]
        assert set(sides[0].functions) == {"sales", "quality"}
        assert publish(it.shape, *sides).level in ("dimensions", "none")


def test_another_questionnaire_has_its_own_scale(tmp_path):
    from dataclasses import replace

    from reciproque.measure import study

    five = replace(INSTRUMENT, points=5)
    path = parquet(tmp_path / "five.parquet", ("side", "F1"), [("client", 5), ("client", 1), ("client", 3)])
    with study.open_study(path, five) as it:
        assert it.sums().mean[0, 0] == 50
        assert it.answers().values_of(it.sums().scales[0]).tolist() == [100, 0, 50]
