"""Reading the votes of two sides: common ground, joint refusal, opposition, gap, what one side does not know.

Each side's answers to a statement are counted (agree, disagree, pass) and read through a Dirichlet posterior with one
half per answer, so that three people never count as certainty. All marginals are Beta: closed forms, no sampling.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, betaincinv, betaln, expit

from reciproque.science.coded_display import CodedStatement, coded
from reciproque.science.counts import Counts, Statement

Array = NDArray[np.float64]

DECLARED = 0.80
GAP_DECLARED = 0.95
GAP_WIDTH = 0.2
FEWEST_ANSWERS = 3
NODES, WEIGHTS = np.polynomial.legendre.leggauss(120)


@dataclass(frozen=True)
class Posterior:
    """What one side's answers allow to say; shares in 0..1. `agree_low` is the 10 % quantile of the agreeing share."""

    answers: int
    agree: float
    disagree: float
    passing: float
    agree_low: float
    agree_majority: float
    disagree_majority: float
    pass_majority: float
    split: float


@dataclass(frozen=True)
class StatementReading:
    """One statement. `verdict` is common, reject, oppose, gap, info, split, open or too_few; the p_ are in 0..1.

    `score` is -log10(1 - p_common): it ranks common grounds without saturating. `split_sides` names the sides that are
    divided within themselves: nobody may say "the client thinks" of them. `coded` is all that may be shown in a room.
    """

    id: str
    verdict: str
    client: Posterior
    supplier: Posterior
    p_common: float
    p_reject: float
    p_oppose: float
    p_gap: float
    p_info: float
    score: float
    bound: float
    split_sides: tuple[str, ...]
    coded: CodedStatement


@dataclass(frozen=True)
class TwoSidedReading:
    """Statements in the order received; `divides` are the ids to debate, most probable opposition first."""

    statements: tuple[StatementReading, ...]
    divides: tuple[str, ...]


def posterior(counts: Counts) -> Posterior:
    """One side's posterior for one statement, Dirichlet with 1/2 for each of the three answers.

    Parameters
    ----------
    counts : Counts
        Whole numbers of people who agree, disagree, and saw the statement without an opinion.

    Returns
    -------
    Posterior
        Means, the 10 % quantile, the probabilities that a majority agrees, disagrees or passes, and the probability
        that the side is split (between 0.3 and 0.7 of those with an opinion agree).

    Formula: pi_A ~ Beta(a + 1/2, d + p + 1), rho ~ Beta(a + 1/2, d + 1/2), and so on by symmetry.
    Source: Jeffreys prior; neutrality of the Dirichlet distribution.

    Examples
    --------
    >>> round(posterior(Counts(3, 0, 0)).agree_majority, 4)
    0.9116
    """
    a, d, p = counts.agree, counts.disagree, counts.passing
    total = counts.answers + 1.5
    inside = betainc(a + 0.5, d + 0.5, 0.7) - betainc(a + 0.5, d + 0.5, 0.3)
    return Posterior(
        answers=counts.answers,
        agree=(a + 0.5) / total,
        disagree=(d + 0.5) / total,
        passing=(p + 0.5) / total,
        agree_low=float(betaincinv(a + 0.5, d + p + 1, 0.1)),
        agree_majority=float(betainc(d + p + 1, a + 0.5, 0.5)),
        disagree_majority=float(betainc(a + p + 1, d + 0.5, 0.5)),
        pass_majority=float(betainc(a + d + 1, p + 0.5, 0.5)),
        split=float(inside),
    )


def probability_of_gap(client: Sequence[Counts], supplier: Sequence[Counts], width: float = GAP_WIDTH) -> Array:
    """Probability that the shares of agreement among those with an opinion differ by more than `width`.

    Parameters
    ----------
    client, supplier : sequences of Counts, same length
    width : float in (0, 1)

    Returns
    -------
    array of the same length, in 0..1

    Formula: the integral of f_C(x) F_S(x - w) + f_S(x) F_C(x - w) for x in [w, 1], with x = w + (1 - w) sin^2 t, which
    removes both end singularities, by 120 Gauss-Legendre nodes. Source: textbook; checked against adaptive integration.

    Examples
    --------
    >>> probability_of_gap([Counts(8, 0, 0)], [Counts(0, 8, 0)]).round(4).tolist()
    [0.9999]
    """
    one, other = _opinion(client), _opinion(supplier)
    return np.clip(_exceeds(one, other, width) + _exceeds(other, one, width), 0, 1)


def _opinion(counts: Sequence[Counts]) -> tuple[Array, Array]:
    return np.array([c.agree + 0.5 for c in counts]), np.array([c.disagree + 0.5 for c in counts])


def _exceeds(left: tuple[Array, Array], right: tuple[Array, Array], width: float) -> Array:
    angle = (NODES + 1) * np.pi / 4
    sine, cosine = np.sin(angle), np.cos(angle)
    x, rest = width + (1 - width) * sine**2, (1 - width) * cosine**2
    a, b = left[0][:, None], left[1][:, None]
    # rest ** (b - 1) times the Jacobian's cosine stays finite for b = 1/2; in logarithms for large counts.
    log_density = (a - 1) * np.log(x) + (b - 0.5) * np.log(rest) - betaln(a, b)
    step = 2 * np.sqrt(1 - width) * sine
    values = np.exp(log_density) * step * betainc(right[0][:, None], right[1][:, None], x - width)
    return np.asarray(values @ WEIGHTS * np.pi / 4, dtype=float)


def read_two_sides(statements: Iterable[Statement | Sequence[Any] | Mapping[str, Any]]) -> TwoSidedReading:
    """Read the votes of both sides, statement by statement.

    Parameters
    ----------
    statements : iterable
        `Statement`, or (id, (agree, disagree, pass) of the client, (agree, disagree, pass) of the supplier), or a
        mapping {"id", "client": {"agree", "disagree", "pass"}, "supplier": {...}}. Counts are whole numbers >= 0.

    Returns
    -------
    TwoSidedReading
        For each statement its posteriors, probabilities, verdict and the coded display; and the list of divides.

    Raises
    ------
    ValueError
        On a negative or fractional count, or two statements with the same id.

    Formula
    -------
    Verdicts in this order, at 0.80: oppose, common, reject, gap (0.95), info, split, else open; too_few under three
    answers on a side. Divides: see `divides`, a false discovery rate of 0.10.
    A statement's verdict never depends on the others; the list of divides does.

    Source: Dirichlet posteriors with Jeffreys' prior; Bayesian false discovery rate (Newton et al. 2004).

    Examples
    --------
    >>> reading = read_two_sides([("S1", (8, 0, 0), (7, 0, 1)), ("S2", (9, 0, 0), (0, 8, 1))])
    >>> [(s.id, s.verdict) for s in reading.statements], reading.divides
    ([('S1', 'common'), ('S2', 'oppose')], ('S2',))
    """
    rows = [Statement.of(row) for row in statements]
    if len({row.id for row in rows}) < len(rows):
        raise ValueError("two statements have the same id")
    gaps = probability_of_gap([r.client for r in rows], [r.supplier for r in rows]) if rows else np.empty(0)
    readings = tuple(_read(row, float(gap)) for row, gap in zip(rows, gaps, strict=True))
    return TwoSidedReading(readings, divides(rows))


def _read(row: Statement, p_gap: float) -> StatementReading:
    client, supplier = posterior(row.client), posterior(row.supplier)
    p_common = client.agree_majority * supplier.agree_majority
    p_reject = client.disagree_majority * supplier.disagree_majority
    p_oppose = opposition(row.client, row.supplier)
    one, other = client.pass_majority, supplier.pass_majority
    p_info = one * (1 - other) + other * (1 - one)
    split = tuple(name for name, side in (("client", client), ("supplier", supplier)) if side.split >= DECLARED)
    enough = min(client.answers, supplier.answers) >= FEWEST_ANSWERS
    tests = {
        "too_few": not enough,
        "oppose": p_oppose >= DECLARED,
        "common": p_common >= DECLARED,
        "reject": p_reject >= DECLARED,
        "gap": p_gap >= GAP_DECLARED,
        "info": p_info >= DECLARED,
        "split": bool(split),
    }
    verdict = next((name for name, holds in tests.items() if holds), "open")
    doubt = (1 - client.agree_majority) + client.agree_majority * (1 - supplier.agree_majority)
    return StatementReading(
        id=row.id,
        verdict=verdict,
        client=client,
        supplier=supplier,
        p_common=p_common,
        p_reject=p_reject,
        p_oppose=p_oppose,
        p_gap=p_gap,
        p_info=p_info,
        score=float(-np.log10(max(doubt, 1e-300))),
        bound=min(client.agree_low, supplier.agree_low),
        split_sides=split if enough else (),
        coded=coded(row.client, row.supplier),
    )


def opposition(client: Counts, supplier: Counts) -> float:
    """Probability that among those with an opinion one side's majority agrees and the other's disagrees.

    Parameters
    ----------
    client, supplier : Counts

    Returns
    -------
    float in 0..1

    Formula: P(rho_C > 1/2) P(rho_S < 1/2) + P(rho_C < 1/2) P(rho_S > 1/2). Source: as `posterior`.

    Examples
    --------
    >>> round(opposition(Counts(0, 0, 0), Counts(4, 1, 0)), 6)
    0.5
    """
    one = float(betainc(client.disagree + 0.5, client.agree + 0.5, 0.5))
    other = float(betainc(supplier.disagree + 0.5, supplier.agree + 0.5, 0.5))
    return one * (1 - other) + (1 - one) * other


def divides(statements: Iterable[Statement | Sequence[Any] | Mapping[str, Any]], rate: float = 0.10) -> tuple[str, ...]:
    """The statements to debate: the largest set of oppositions with a false discovery rate of at most `rate`.

    A statement read alone supposes that its two sides have nothing in common; in a list, that finds divides where sides
    were drawn at random. So each opposition is weighed against "both sides are alike", and the share of true
    oppositions is learned from the whole deck.

    Parameters
    ----------
    statements : iterable, as for `read_two_sides`
    rate : float in (0, 1)

    Returns
    -------
    tuple of ids, most probable opposition first; ties keep the order of the deck

    Formula
    -------
    o_j = 2 p_oppose B(a_C, d_C) B(a_S, d_S) / (B(1/2, 1/2) B(a_C + a_S, d_C + d_S)), each B with 1/2 more;
    q_j = s o_j / (s o_j + 1 - s) with s = (1 + sum of q_j) / (5 + n) at its fixed point;
    the longest beginning, by decreasing q, whose mean of 1 - q is <= rate.

    Source: Bayesian false discovery rate in a two-group model, Newton et al. 2004; Beta-binomial Bayes factor.

    Examples
    --------
    >>> divides([("A", (9, 0, 0), (0, 9, 0)), ("B", (5, 5, 0), (5, 5, 0))])
    ('A',)
    """
    rows = [Statement.of(row) for row in statements]
    rows = [row for row in rows if min(row.client.answers, row.supplier.answers) >= FEWEST_ANSWERS]
    if not rows:
        return ()
    probable = _learned(np.array([_log_odds_against_alike(row.client, row.supplier) for row in rows]))
    order = np.argsort(-probable, kind="stable")
    expected = np.cumsum(1 - probable[order]) / np.arange(1, len(rows) + 1)
    return tuple(rows[i].id for i in order[: int(np.count_nonzero(expected <= rate))])


def _log_odds_against_alike(client: Counts, supplier: Counts) -> float:
    apart = _log_evidence(client.agree, client.disagree) + _log_evidence(supplier.agree, supplier.disagree)
    alike = _log_evidence(client.agree + supplier.agree, client.disagree + supplier.disagree)
    return float(apart - alike + np.log(2 * max(opposition(client, supplier), 1e-300)))


def _log_evidence(agree: int, disagree: int) -> float:
    return float(betaln(agree + 0.5, disagree + 0.5) - betaln(0.5, 0.5))


def _learned(log_odds: Array) -> Array:
    """Probabilities of opposition once the share of true oppositions is learned from the deck."""
    share = 0.2
    for _ in range(500):
        probable = expit(log_odds + np.log(share) - np.log1p(-share))
        before, share = share, float((1 + probable.sum()) / (5 + probable.size))
        if abs(share - before) < 1e-12:
            break
    return np.asarray(probable, dtype=float)
