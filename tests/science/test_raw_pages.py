"""The figures printed in the pages on raw data are computed here, so the pages cannot drift from the formulas."""

from math import nan, sqrt
from pathlib import Path

import numpy as np
import pytest

from reciproque.science.change_raw import changes, partially_overlapping
from reciproque.science.coorientation import coorientation, similarity
from reciproque.science.gaps import adjust, cliff_delta, hedges_g, welch
from reciproque.science.margins import (
    Moderated,
    cautious_variance,
    mean_interval,
    moderated_interval,
    moderated_variance,
)
from reciproque.science.shrinkage import empirical_bayes, random_effects
from reciproque.science.variance_components import icc, one_way_reml, shrout_fleiss

DOCS = Path(__file__).parents[2] / "docs" / "measures"


def variance_components():
    scores = [72, 65, 70, 68, 48, 55, 41, 60, 66, 58, 52, 61, 35, 44, 50]
    groups = list("aaaabbbcccccddd")
    found, model = icc(scores, groups), one_way_reml(scores, groups)
    yield from (f"{found.msb:.1f}", f"{found.msw:.1f}", f"{found.n0:.2f}", f"{found.n / found.k:.2f}")
    yield from (f"{x:.3f}" for x in (found.icc1, found.icc1_mean_size, found.icc1_reml, found.icc2))
    yield from (f"{sqrt(model.between):.1f}", f"{sqrt(model.within):.1f}")
    six = shrout_fleiss([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]])
    yield from (f"{x:.2f}" for x in (six.icc1_1, six.icc2_1, six.icc3_1, six.icc1_k, six.icc2_k, six.icc3_k))


def shrinkage():
    n, mean, sd = np.array([3, 12, 8, 5, 20, 6]), [28, 55, 61, 70, 49, 58], np.array([18, 14, 16, 12, 15, 17])
    found = empirical_bayes(n, mean, sd**2 * (n - 1))
    yield from (f"{sqrt(found.between):.1f}", f"{sqrt(found.within):.1f}")
    yield from (f"{x[0]:.1f}" for x in (found.shrunken, found.low, found.high))
    yield from (f"{found.weight[0]:.2f}", f"{found.shrunken[4]:.1f}", f"{found.weight[4]:.2f}")
    gaps = random_effects([24, -4, 11, 1, 18, -12], [7, 4, 10, 6, 4, 8])
    yield from (f"{x[0]:.1f}" for x in (gaps.blups, gaps.low, gaps.high))
    yield from (f"{gaps.blups[2]:.1f}", f"{gaps.weight[2]:.2f}")


def raw_gaps():
    a, b = [70, 80, 90, 65, 85], [40, 60, 50, 55, 70, 45]
    found = welch(a, b)
    yield from (f"{x:.1f}" for x in (found.difference, found.low, found.high, found.df))
    yield f"{found.p:.3f}"
    for effect in (hedges_g(a, b), cliff_delta(a, b)):
        yield from (f"{x:.2f}" for x in (effect.value, effect.low, effect.high))
    tests = [0.004, 0.012, 0.02, 0.04, 0.3]
    yield from (f"{x:.3f}" for x in (*adjust(tests).tolist(), *adjust(tests, "holm").tolist()))


def moderated():
    sd, n = np.array([4, 11, 17, 22, 14, 9]), np.array([3, 5, 4, 6, 5, 8])
    prior, alone = moderated_variance(sd**2, n - 1), Moderated(0, nan, np.empty(0), np.empty(0))
    yield from (f"{sqrt(prior.s0_squared):.1f}", f"{prior.d0:.1f}")
    for found in (moderated_interval([0] * 6, n, sd**2, alone), moderated_interval([0] * 6, n, sd**2, prior)):
        yield from (f"{found.high[0]:.1f}", f"{found.high[2]:.1f}")
    yield f"{mean_interval([0] * 6, n, cautious_variance(sd**2, n - 1)).high[2]:.1f}"


def change_raw():
    before = np.array([40, 50, 60, 45, 55, 65])
    client, supplier = before - [8, 12, 6, 9, 14, 5], before - [3, -4, 1, -2, 2, -3]
    names = [f"{side}{i}" for side in "cs" for i in range(6)] * 2
    columns = ["forge"] * 24, (["client"] * 6 + ["supplier"] * 6) * 2, [0] * 12 + [1] * 12
    values = np.concatenate([before, before, client, supplier])
    linked, unlinked = changes(*columns, values, person=names), changes(*columns, values)
    gate, sides = linked.relationships[0].gate, linked.relationships[0].sides
    assert gate.word == sides["client"].word == "clear_fall"
    assert sides["supplier"].word == unlinked.relationships[0].gate.word == "cannot_tell"
    yield from (f"{linked.spread.correlation:.2f}", f"{gate.difference:.2f}", f"{gate.margin:.2f}")
    yield from (f"{-sides['client'].difference:.1f}", f"{sides['client'].margin:.1f}")
    yield f"{unlinked.relationships[0].gate.margin:.2f}"
    alone = [20, 21, 16, 18, 14, 12, 14, 17], [10, 16, 18, 16, 15, 14, 13, 10]
    twice = [14, 15, 18, 20, 11, 19, 14, 15], [15, 10, 15, 17, 13, 19, 12, 13]
    found = partially_overlapping(*alone, *twice)
    waves = [[*one, *both] for one, both in zip(alone, twice, strict=True)]
    yield from (f"{np.mean(wave):.1f}" for wave in waves)
    yield from (f"{found.difference:.1f}", f"{found.p:.3f}", f"{welch(*waves).p:.3f}")


def coorienting():
    found = coorientation([75, 70, 77, 80, 68], [70, 70, 73, 75, 67], [50, 45, 52, 40, 58], [60, 55, 59, 52, 64])
    assert (found.state.name, found.state.mistaken) == ("false_agreement", ("client", "supplier"))
    yield from (f"{x:.1f}" for x in (found.agreement.difference, found.agreement.low, found.agreement.high))
    first = found.congruency[0]
    yield from (f"{x:.1f}" for x in (first.difference, first.low, first.high, found.congruency[1].difference))
    yield from (f"{one.difference:.1f}" for one in found.accuracy)
    profiles = similarity([78, 81, 72, 70, 68, 73], [55, 66, 50, 38, 41, 42])
    yield from (f"{profiles.r:.2f}", f"{profiles.rms:.1f}", f"{profiles.double_entry:.2f}")


PAGES = {
    "variance_components.md": variance_components,
    "shrinkage.md": shrinkage,
    "raw_gaps.md": raw_gaps,
    "moderated.md": moderated,
    "change_raw.md": change_raw,
    "coorientation.md": coorienting,
}


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(("language", "comma"), [("en", "."), ("fr", ",")])
def test_the_figures_of_a_page_are_those_of_the_formulas(name, language, comma):
    text = (DOCS / language / name).read_text()
    for figure in PAGES[name]():
        written = figure.replace(".", comma).replace("-", "−")
        assert written in text, (name, language, written)
