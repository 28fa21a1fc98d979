"""The cumulative mixed model: it finds what was put in, whoever answers first, and says why when it cannot."""

from math import isnan, nan
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from reciproque.science import answer_web, ordinal_mixed
from reciproque.science.cumulative_link import LINKS, LOGIT, PROBIT, law_of
from reciproque.science.ordinal_mixed import (
    CONFOUNDED,
    ONE_ANSWER,
    ONE_SIDE,
    RUNAWAY,
    TIED,
    Effects,
    Modes,
    OrdinalMixed,
    fit,
    score,
)

THRESHOLDS = np.array([-1.6, -0.6, 0.4, 1.5])
ITEMS = {"F1": 0.0, "F2": 0.4, "F3": -0.3}
SIDES = {"client": 0.0, "supplier": 0.35}


def simulated(relations, seed, *, raters=6, sd=(0.6, 0.4, 0.5), buyers=0):
    """Columns of answers; with `buyers`, that many client people answer about every third relationship in turn."""
    rng = np.random.default_rng(seed)
    shared = rng.normal(0, sd[2], max(buyers, 1))
    rows = []
    for relation in range(relations):
        of_relation = rng.normal(0, sd[0])
        for side, effect in SIDES.items():
            of_side = of_relation + rng.normal(0, sd[1])
            for person in range(raters):
                own = rng.normal(0, sd[2])
                code = f"{relation} {side} {person}"
                if buyers and side == "client" and person < 2:
                    buyer = (relation + person) % buyers
                    code, own = f"buyer {buyer}", shared[buyer]
                for item, ease in ITEMS.items():
                    if rng.random() > 0.06:
                        hidden = of_side + own + ease + effect + rng.normal()
                        rows.append((1.0 + np.searchsorted(THRESHOLDS, hidden), relation, side, code, item))
    return [np.array(column) for column in zip(*rows, strict=True)]


@pytest.fixture(scope="module")
def nested():
    return simulated(30, 3)


@pytest.fixture(scope="module")
def crossed():
    return simulated(14, 4, buyers=5)


def parts(columns, link=PROBIT):
    table = answer_web.columns(*columns)
    categories, table = answer_web.without_ends(table)
    names = answer_web.names_of(table)
    web = answer_web.web_of(table, names, categories)
    return web, ordinal_mixed._shape(web, len(categories), names, ordinal_mixed.TERMS)


def test_it_finds_the_parameters_put_in():
    model = fit(*simulated(300, 1))
    assert model.converged
    assert model.thresholds == pytest.approx(THRESHOLDS, abs=0.15)
    assert np.diff(model.thresholds) == pytest.approx(np.diff(THRESHOLDS), abs=0.06)
    assert model.item_effects == pytest.approx(list(ITEMS.values()), abs=0.06)
    assert model.side_effect == pytest.approx(0.35, abs=0.1)
    assert [model.sd_relationship, model.sd_side, model.sd_rater] == pytest.approx([0.6, 0.4, 0.5], abs=0.08)


@pytest.mark.parametrize("link", LINKS.values(), ids=list(LINKS))
@pytest.mark.parametrize("kind", ["nested", "crossed"])
def test_the_gradient_is_that_of_the_likelihood(kind, link, request):
    web, shape = parts(request.getfixturevalue(kind))
    line = ordinal_mixed._start(web, shape, link) + np.linspace(-0.2, 0.2, 4 + 2 + 1 + 3)

    def at(line):
        fixed = ordinal_mixed._fixed(web, shape, line)
        state = ordinal_mixed._settle(web, fixed, link, np.zeros(web.nodes), np.zeros(web.raters))
        return fixed, state, ordinal_mixed._loglik(web, state)

    fixed, state, _ = at(line)
    numeric = [(at(line + step)[2] - at(line - step)[2]) / 2e-5 for step in 1e-5 * np.eye(line.size)]
    assert ordinal_mixed._gradient(web, shape, fixed, link, state) == pytest.approx(numeric, abs=1e-5)


def test_crossed_and_nested_answers_are_the_same_model_written_densely(crossed):
    """Laplace's likelihood and the standard errors, from one dense matrix over all effects."""
    model = fit(*crossed)
    answers, relation, side, rater, item = crossed
    effects = [(relation, model.sd_relationship), (relation * 2 + (side == "supplier"), model.sd_side)]
    effects.append((rater, model.sd_rater))
    design = np.hstack([(codes[:, None] == np.unique(codes)) * sd for codes, sd in effects])
    fixed = np.array([dict(zip(model.items, model.item_effects, strict=True))[code] for code in item])
    fixed += (side == "supplier") * model.side_effect
    edges = np.concatenate([[-np.inf], model.thresholds, [np.inf]])
    place = answers.astype(int)
    b = np.zeros(design.shape[1])
    for _ in range(30):
        eta = fixed + design @ b
        upper, lower = edges[place] - eta, edges[place - 1] - eta
        chance = norm.cdf(upper) - norm.cdf(lower)
        slope = (norm.pdf(lower) - norm.pdf(upper)) / chance
        bent = np.nan_to_num(upper) * norm.pdf(upper) - np.nan_to_num(lower) * norm.pdf(lower)
        curvature = np.eye(b.size) + design.T @ (design * (slope**2 + bent / chance)[:, None])
        b += np.linalg.solve(curvature, design.T @ slope - b)
    laplace = np.log(chance).sum() - b @ b / 2 - np.linalg.slogdet(curvature)[1] / 2
    assert model.loglik == pytest.approx(laplace, abs=1e-7)
    variance = np.diag(np.linalg.inv(curvature))
    first, last = np.unique(relation).size, np.unique(rater).size
    modes = model.modes
    assert modes.relationships.value == pytest.approx(model.sd_relationship * b[:first], abs=1e-6)
    assert modes.relationships.se == pytest.approx(model.sd_relationship * np.sqrt(variance[:first]), abs=1e-6)
    assert modes.sides.se == pytest.approx(model.sd_side * np.sqrt(variance[first:-last]), abs=1e-6)
    assert modes.raters.value == pytest.approx(model.sd_rater * b[-last:], abs=1e-6)
    assert modes.raters.se == pytest.approx(model.sd_rater * np.sqrt(variance[-last:]), abs=1e-6)


def test_effects_carry_the_codes_of_their_groups(nested):
    model = fit(*nested)
    assert model.modes.relationships.codes == tuple(range(30))
    assert model.modes.sides.codes[:3] == ((0, "client"), (0, "supplier"), (1, "client"))
    assert set(model.modes.raters.codes) == set(nested[3])
    means = {code: nested[0][nested[1] == code].mean() for code in range(30)}
    assert np.corrcoef(model.modes.relationships.value, list(means.values()))[0, 1] > 0.9


@pytest.mark.parametrize("kind", ["nested", "crossed"])
def test_the_order_of_answers_is_irrelevant(kind, request):
    columns = request.getfixturevalue(kind)
    order = np.random.default_rng(5).permutation(columns[0].size)
    before = [column.copy() for column in columns]
    one, other = fit(*columns), fit(*[column[order] for column in columns])
    assert all(np.array_equal(a, b) for a, b in zip(columns, before, strict=True))
    assert other.loglik == pytest.approx(one.loglik, abs=1e-7)
    assert other.modes.raters.codes == one.modes.raters.codes
    assert other.modes.raters.value == pytest.approx(one.modes.raters.value, abs=1e-4)


def test_missing_answers_are_as_if_never_asked(nested):
    holes = nested[0].copy()
    holes[::7] = nan
    kept = ~np.isnan(holes)
    assert fit(holes, *nested[1:]).loglik == fit(*[column[kept] for column in nested]).loglik


def test_a_scale_read_backwards_turns_every_effect(nested):
    straight, turned = fit(*nested), fit(6 - nested[0], *nested[1:])
    assert turned.loglik == pytest.approx(straight.loglik, abs=1e-6)
    assert turned.thresholds == pytest.approx(-straight.thresholds[::-1], abs=1e-3)
    assert turned.side_effect == pytest.approx(-straight.side_effect, abs=1e-3)
    assert turned.modes.sides.value == pytest.approx(-straight.modes.sides.value, abs=1e-3)


def test_a_spread_of_nil_is_nil():
    model = fit(*simulated(60, 2, sd=(0.5, 0.0, 0.0), raters=3))
    assert model.converged
    assert 0.0 in (model.sd_side, model.sd_rater)
    nothing = fit(*simulated(40, 8, sd=(0.0, 0.0, 0.0)))
    assert nothing.converged
    assert nothing.sd_relationship < 0.15
    for effects, sd in ((nothing.modes.sides, nothing.sd_side), (nothing.modes.raters, nothing.sd_rater)):
        assert (effects.se <= sd).all()


def test_scoring_with_the_model_gives_back_its_own_effects_and_those_of_others(nested):
    model = fit(*nested)
    again = score(model, *nested)
    assert again.relationships.value == pytest.approx(model.modes.relationships.value, abs=1e-5)
    assert again.sides.se == pytest.approx(model.modes.sides.se, abs=1e-6)
    alone = score(model, *[column[nested[1] == 7] for column in nested])
    assert alone.relationships.codes == (7,)
    assert alone.relationships.value == pytest.approx(model.modes.relationships.value[7:8], abs=1e-5)
    nobody = score(model, [9.0], ["x"], ["client"], ["x"], ["F1"])
    assert nobody.relationships.codes == ()


def test_a_severe_person_is_told_from_a_poor_relationship(crossed):
    answers = crossed[0].copy()
    severe = crossed[3] == "buyer 2"
    answers[severe] = np.maximum(1, answers[severe] - 2)
    before, after = fit(*crossed), fit(answers, *crossed[1:])
    rater = after.modes.raters.codes.index("buyer 2")
    assert after.modes.raters.value[rater] < before.modes.raters.value[rater] - 0.5
    assert after.modes.raters.value.argmin() == rater
    assert np.abs(after.modes.relationships.value - before.modes.relationships.value).max() < 0.5


@pytest.mark.parametrize(
    "answers", [[], [nan, nan], [3, 3, 3, 3], [2]], ids=["none", "all missing", "all the same", "one answer"]
)
def test_without_two_categories_everything_is_undefined(answers):
    same = ["x"] * len(answers)
    model = fit(answers, same, same, same, same)
    assert isnan(model.loglik)
    assert model.loglik.reason == model.reason == ONE_ANSWER
    assert not model.converged
    assert score(model, [1, 2], [1, 1], ["x", "x"], [1, 2], ["x", "x"]).raters.codes == ()


def test_a_spread_that_the_data_cannot_tell_is_undefined_with_its_reason(nested):
    answers, relation, side, _, item = nested
    one = relation == 0
    assert fit(*[column[one] for column in nested]).sd_relationship.reason == CONFOUNDED["relationship"]
    client = side == "client"
    alone = fit(*[column[client] for column in nested])
    assert alone.sd_side.reason == CONFOUNDED["side"]
    assert alone.side_effect.reason == ONE_SIDE
    assert alone.converged
    assert np.isnan(alone.modes.sides.value).all()
    single = fit(answers, relation, side, np.arange(answers.size), item)
    assert single.sd_rater.reason == CONFOUNDED["rater"]
    by_side = fit(answers, relation, side, np.char.add(relation.astype(str), side), item)
    assert by_side.sd_rater.reason == CONFOUNDED["rater"]
    assert by_side.loglik == pytest.approx(single.loglik, abs=1e-6)


def test_an_item_at_one_end_of_the_scale_has_no_finite_effect(nested):
    answers = np.where(nested[4] == "F3", 5.0, nested[0])
    model = fit(answers, *nested[1:])
    assert model.converged
    assert model.items == ("F1", "F2", "F3")
    assert np.isnan(model.item_effects).tolist() == [False, False, True]
    kept = nested[4] != "F3"
    assert model.loglik == pytest.approx(fit(*[column[kept] for column in nested]).loglik, abs=1e-8)
    assert score(model, answers, *nested[1:]).relationships.value == pytest.approx(
        model.modes.relationships.value, abs=1e-5
    )


def test_relationships_that_decide_every_answer_run_away(nested):
    answers = np.where(nested[1] % 2, 5.0, 1.0)
    answers[0] = 5.0
    model = fit(answers, *nested[1:])
    assert not model.converged
    assert model.reason == RUNAWAY
    assert isnan(model.sd_relationship)


def test_too_many_tied_relationships_are_refused_with_a_reason(crossed, monkeypatch):
    good = fit(*crossed)
    monkeypatch.setattr(ordinal_mixed, "LARGEST_FITTED", 10)
    monkeypatch.setattr(ordinal_mixed, "LARGEST_SCORED", 10)
    refused = fit(*crossed)
    assert refused.loglik.reason == refused.reason == TIED
    with pytest.raises(ValueError, match="tie too many"):
        score(good, *crossed)


@pytest.mark.parametrize("size", [2, 3, 5, 8, 13, 21, 34, 55])
def test_a_handful_of_answers_never_breaks_it(nested, size):
    model = fit(*[column[:size] for column in nested])
    assert model.converged == (model.reason is None)


def test_wrong_columns_are_refused():
    with pytest.raises(ValueError, match="3 answers and 2 codes of side"):
        fit([1, 2, 3], [1, 1, 1], ["a", "b"], [1, 2, 3], ["x"] * 3)
    with pytest.raises(ValueError, match="two sides"):
        fit([1, 2, 1, 2, 1, 2], [1] * 6, list("aabbcc"), range(6), ["x"] * 6)


@pytest.mark.parametrize("link", LINKS.values(), ids=list(LINKS))
def test_the_chances_of_one_answer_add_up_far_into_the_tails(link):
    centres = np.array([-35.0, -8.0, 0.0, 0.3, 8.0, 35.0])
    laws = [law_of(THRESHOLDS, np.full(centres.size, k), centres, link) for k in range(5)]
    assert sum(np.exp(law.log) for law in laws) == pytest.approx(np.ones(centres.size), abs=1e-12)
    for law in laws:
        assert np.isfinite(law.log).all()
        assert np.isfinite(law.slope).all()
        assert ((law.weight >= 0) & (law.weight <= 1 + 1e-9)).all()


def test_laplace_is_close_to_the_exact_likelihood_when_one_effect_varies():
    columns = simulated(8, 6, sd=(0.7, 0.0, 0.0))
    model = fit(*columns, link="logit", varying=("relationship",))
    answers, relation, side, _, item = columns
    fixed = np.array([dict(zip(model.items, model.item_effects, strict=True))[code] for code in item])
    fixed += (side == "supplier") * model.side_effect

    def height(effect, rows):
        law = law_of(model.thresholds, answers[rows].astype(int) - 1, fixed[rows] + effect, LOGIT)
        return np.exp(law.log.sum() + 40) * norm.pdf(effect, scale=model.sd_relationship)

    exact = sum(
        np.log(quad(height, -5, 5, args=(relation == code,), points=[value])[0]) - 40
        for code, value in zip(model.modes.relationships.codes, model.modes.relationships.value, strict=True)
    )
    assert model.loglik == pytest.approx(exact, abs=0.03)


def severe_buyer(*, one_code):
    """The example of the page: relationships A, B and C; two people answer 4 in A and in B, Rose 2 everywhere."""
    none = Effects((), np.empty(0), np.empty(0))
    model = OrdinalMixed(
        *("probit", (1.0, 2.0, 3.0, 4.0, 5.0), ("F1",), ("client", "supplier")),
        *(THRESHOLDS, np.zeros(1), 0.3, 0.6, 0.4, 0.5, -1.0, Modes(none, none, none), 1, True, None),
    )
    people = [("A", "a1", 4), ("A", "a2", 4), ("A", "Rose", 2), ("B", "b1", 4), ("B", "b2", 4), ("B", "Rose", 2)]
    rows = [
        (answer, relation, "client", person if one_code or person != "Rose" else f"Rose {relation}", "F1")
        for relation, person, answer in [*people, ("C", "Rose", 2)]
        for _ in range(4)
    ]
    return score(model, *[np.array(column) for column in zip(*rows, strict=True)])


@pytest.mark.parametrize(("language", "comma"), [("en", "."), ("fr", ",")])
def test_the_figures_of_its_page_are_computed(language, comma):
    text = (Path(__file__).parents[2] / "docs" / "measures" / language / "ordinal_mixed.md").read_text()
    together, apart = severe_buyer(one_code=True), severe_buyer(one_code=False)
    rose = together.raters.value[together.raters.codes.index("Rose")]
    for figure in [*together.relationships.value, rose, apart.relationships.value[2]]:
        assert f"{figure:.2f}".replace(".", comma).replace("-", "−") in text
