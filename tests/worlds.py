"""Opened waves for the tests of the reading: answers are drawn here, published by the real formulas, stored as rows."""

from datetime import UTC, datetime, timedelta

import numpy as np

import personas
from reciproque import instruments
from reciproque.app.reading.models import Publication, PublishedFigure, PublishedText
from reciproque.app.reading.queries.published import earlier_waves, row_of, shape_of
from reciproque.app.survey.models import Invitation, Wave, WaveState
from reciproque.science.figures import SideBallots
from reciproque.science.publication import publish

# Valmorine and Tressac at the starting point: what each says of the other, and what each imagines, on 0..100.
S1 = {
    "client": {"F": 78, "C": 81, "I": 72, "B": 70, "D": 68, "A": 73, "T": 74, "N": 36, "mirror": 71},
    "supplier": {"F": 55, "C": 66, "I": 50, "B": 38, "D": 41, "A": 42, "T": 50, "N": 59, "mirror": 58},
}


def wave(relationship, *, number=1, state=WaveState.DRAFT, form="full", **fields):
    text = instruments.source()
    opens = datetime(2026, 3, 2, 8, tzinfo=UTC) + timedelta(days=200 * (number - 1))
    instrument = instruments.parse(text)
    return Wave.objects.create(
        relationship=relationship,
        number=number,
        state=state,
        form=form,
        languages=["fr", "en"],
        instrument_name=instrument.name,
        instrument_version=instrument.version,
        instrument_digest=instruments.digest(text),
        instrument_text=text,
        opens_at=opens,
        closes_at=opens + timedelta(days=14),
        **fields,
    )


def people(at, number, functions=("quality",)):
    return [personas.person(at, function=functions[i % len(functions)]) for i in range(number)]


def invite(made, side, who):
    rows = [Invitation(wave=made, person=p, side=side, function=p.posts.get().function, answered=True) for p in who]
    Invitation.objects.bulk_create(rows)


def answers(shape, levels, n, seed):
    """Whole answers 1..7 whose means lie near the wanted levels."""
    rng = np.random.default_rng(seed)
    drawn = {}
    for dimension in shape.dimensions:
        for item in dimension.items:
            drawn[item] = _near(levels[dimension.code], n, rng)
            if item in shape.mirrored:
                drawn[f"{item}m"] = _near(levels.get(f"{dimension.code}m", levels["mirror"]), n, rng)
    return drawn


def _near(level, n, rng):
    target = 1 + level / 100 * 6
    total = round(target * n)
    base = np.full(n, total // n)
    base[: total - base.sum()] += 1
    moves = rng.integers(0, 2, n // 2)
    base[: n // 2] += moves
    base[-(n // 2) :] -= moves
    return rng.permutation(np.clip(base, 1, 7)).astype(float)


def opened(
    relationship,
    *,
    numbers,
    levels=None,
    number=1,
    form="full",
    complete=None,
    functions=("quality",),
    who=None,
    seed=1,
    texts=0,
):
    """An open wave with its publication. `numbers` and `complete` are (client, supplier)."""
    levels = levels or S1
    made = wave(
        relationship,
        number=number,
        state=WaveState.OPEN,
        form=form,
        ballots_client=numbers[0],
        ballots_supplier=numbers[1],
    )
    shape, sides, ids = shape_of(made), [], {}
    for place, side in enumerate(("client", "supplier")):
        members = who[side] if who else people(relationship.organisation(side), numbers[place], functions)
        invite(made, side, members)
        ids[side] = frozenset(p.pk for p in members)
        given = answers(shape, levels[side], numbers[place], seed + place)
        sides.append(SideBallots(side, tuple(p.posts.get().function.code for p in members), given))
    published = publish(shape, sides[0], sides[1], people=ids, earlier=earlier_waves(made))
    publication = store(made, published, complete)
    add_texts(publication, texts)
    return made


def store(made, published, complete=None):
    made.opened_at = made.closes_at + timedelta(days=1)
    made.contest_until = made.opened_at + timedelta(days=30)
    made.save()
    publication = Publication.objects.create(
        wave=made,
        opened_at=made.opened_at,
        digest="7f3a91c0d2e8" + "0" * 52,
        level=published.level,
        dropped=list(published.report.dropped),
        answered={side: dict(counts) for side, counts in published.answered.items()},
        people_client=complete[0] if complete else None,
        people_supplier=complete[1] if complete else None,
    )
    PublishedFigure.objects.bulk_create(row_of(publication, figure) for figure in published.figures)
    return publication


def add_texts(publication, number, destiny="publish", prompt="O5", start=0):
    for side in ("client", "supplier"):
        for place in range(number):
            PublishedText.objects.create(
                publication=publication, side=side, prompt=prompt, position=start + place, destiny=destiny,
                text=f"{side} {destiny} {place}",
            )  # fmt: skip


# The second wave: what each side sees, subject by subject, with its mirrors.
S1_LATER = {
    "client": {"F": 76, "C": 81, "I": 72, "B": 70, "D": 70, "A": 73, "T": 83, "N": 36, "mirror": 68,
               "Fm": 69, "Cm": 73, "Im": 59, "Bm": 68, "Dm": 63, "Am": 69},
    "supplier": {"F": 69, "C": 72, "I": 58, "B": 44, "D": 60, "A": 47, "T": 61, "N": 59, "mirror": 62,
                 "Fm": 75, "Cm": 58, "Im": 70, "Bm": 57, "Dm": 67, "Am": 62},
}  # fmt: skip
