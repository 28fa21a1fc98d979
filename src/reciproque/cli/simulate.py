"""``reciproque simulate``: made-up campaigns, run through the actions in a scratch folder, with their truth.

For each campaign: what every role can obtain (``facts-<role>.json``) and what people really answered
(``truth.json``), for whoever wants to attack the rules of publication.
"""

import argparse
import json
import os
import random
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.progress import Progress

if TYPE_CHECKING:
    from reciproque.app.directory.models import Person
    from reciproque.demo.campaign import Someone, Stage

ROLES = ("client-member", "supplier-member", "sponsor-client", "facilitator")
FUNCTIONS = ("purchasing", "production", "quality", "rd", "logistics", "users", "finance", "sales")
SIDES = ("client", "supplier")
UNANIMOUS, DISSENTER, ABSTAIN = 0.15, 0.15, 0.03
WAVE_DAYS = 180
QUORUM = 5


@dataclass(frozen=True)
class Options:
    """What the command line asked for."""

    campaigns: int
    sizes: Mapping[str, tuple[int, int]]
    functions: int
    waves: int
    moves: tuple[int, int]
    drift: float
    stress: bool
    seed: int
    out: Path


def run(arguments: argparse.Namespace) -> int:
    if os.environ.get("RECIPROQUE_SIMULATE") not in {"1", "yes", "true", "on"}:
        print("reciproque: set RECIPROQUE_SIMULATE=1: simulated campaigns must never meet real ones.", file=sys.stderr)
        return 2
    options = Options(
        arguments.campaigns,
        {"client": arguments.client, "supplier": arguments.supplier},
        max(1, min(arguments.functions, len(FUNCTIONS))),
        arguments.waves,
        arguments.moves,
        arguments.drift,
        arguments.stress,
        arguments.seed,
        arguments.out,
    )
    options.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="reciproque-simulate-") as folder:
        _scratch_installation(folder)
        with Progress(transient=True) as bar:
            task = bar.add_task("Campaigns", total=options.campaigns)
            for number in range(1, options.campaigns + 1):
                _campaign(options, number)
                bar.advance(task)
    print(f"{options.campaigns} campaigns written to {options.out}")
    return 0


def _scratch_installation(folder: str) -> None:
    for name in ("DATABASE_URL", "BALLOTS_DATABASE_URL", "SMTP_HOST", "RECIPROQUE_DEMO"):
        os.environ.pop(name, None)
    os.environ |= {"RECIPROQUE_DATA": folder, "RECIPROQUE_PHRASE_MEMORY_MIB": "8"}
    import django

    django.setup()
    from reciproque.cli.prepare import prepare

    prepare()


# ---------------------------------------------------------------- People and their answers
class Crowd:
    """The people of one side from wave to wave, and what they say."""

    def __init__(self, chance: random.Random, options: Options, size: int, questions: Sequence[str]) -> None:
        self.chance, self.options, self.questions = chance, options, questions
        self.functions = FUNCTIONS[: options.functions]
        self.level = {q: self._mean() for q in questions}
        self.special = {q: chance.random() for q in questions}
        self.offset = {f: chance.gauss(0, 2.0 if options.stress else 0.6) for f in self.functions}
        self.size = size

    def _mean(self) -> float:
        if self.options.stress and self.chance.random() < 0.5:
            return self.chance.choice((1.3, 6.7))
        return self.chance.uniform(2.0, 6.5)

    def answers(self, people: Sequence[tuple[int, str]]) -> dict[int, dict[str, int | None]]:
        """For each person (key, function), an answer to each question: 1 to 7, or None."""
        given: dict[int, dict[str, int | None]] = {key: {} for key, _ in people}
        for question in self.questions:
            common = max(1, min(7, round(self.chance.gauss(self.level[question], 0.8))))
            lone = self.chance.choice(people)[0]
            for key, function in people:
                given[key][question] = self._answer(question, function, common, is_lone=key == lone)
        return given

    def _answer(self, question: str, function: str, common: int, *, is_lone: bool) -> int | None:
        kind = self.special[question]
        if kind < UNANIMOUS:
            return common
        if kind < UNANIMOUS + DISSENTER:
            return (1 if common > 3 else 7) if is_lone else common
        if self.chance.random() < ABSTAIN:
            return None
        return max(1, min(7, round(self.chance.gauss(self.level[question] + self.offset[function], 1.1))))


def _moved(chance: random.Random, present: list[Any], waiting: list[Any], span: tuple[int, int]) -> list[Any]:
    """Some people leave, others arrive: as many moves as asked, as far as there are people."""
    moves = chance.randint(*span)
    leave = chance.randint(max(0, moves - len(waiting)), min(moves, len(present)))
    gone = set(chance.sample(range(len(present)), leave))
    arrivals = waiting[: moves - leave]
    del waiting[: moves - leave]
    return [person for rank, person in enumerate(present) if rank not in gone] + arrivals


# ---------------------------------------------------------------- One campaign
def _campaign(options: Options, number: int) -> None:
    from reciproque import instruments

    chance = random.Random(f"{options.seed}-{number}")  # noqa: S311 - the same campaigns for the same seed
    questions = instruments.parse(instruments.source()).questions_of("full")
    crowds = {side: Crowd(chance, options, chance.randint(*options.sizes[side]), questions) for side in SIDES}
    spare = max(options.moves[1] * (options.waves - 1), QUORUM)
    stage = _stage(chance, number, {side: crowd.size + spare for side, crowd in crowds.items()}, options)
    present = {side: list(stage.people[side][: crowds[side].size]) for side in SIDES}
    waiting = {side: list(stage.people[side][crowds[side].size :]) for side in SIDES}
    truth: dict[str, dict[str, dict[str, int | None]]] = {}
    known: dict[int, dict[str, int | None]] = {}
    wave = None
    for rank in range(1, options.waves + 1):
        if rank > 1:
            present = {side: _moved(chance, present[side], waiting[side], options.moves) for side in SIDES}
        known |= _answers(chance, crowds, present, known, options.drift)
        wave = _wave(stage, present, waiting, known, rank, wave)
        here = [person for side in SIDES for person in present[side]]
        truth[f"w{rank}"] = {q: {person.key: known[person.pk][q] for person in here} for q in questions}
    _write(options.out / f"campaign-{number:04d}", wave, truth)


def _answers(
    chance: random.Random,
    crowds: Mapping[str, Crowd],
    present: Mapping[str, Sequence["Person"]],
    known: Mapping[int, Any],
    drift: float,
) -> dict[int, dict[str, int | None]]:
    """Answers of those who answer anew: everybody the first time, then newcomers and those who drift."""
    fresh: dict[int, dict[str, int | None]] = {}
    for side in SIDES:
        people = [(person.pk, person.posts.all()[0].function.code) for person in present[side]]
        anew = [row for row in people if row[0] not in known or chance.random() < drift]
        if anew:
            fresh |= crowds[side].answers(anew)
    return fresh


def _stage(chance: random.Random, number: int, sizes: Mapping[str, int], options: Options) -> "Stage":
    from reciproque.demo import campaign

    companies = {side: campaign.company(f"{side.title()} {number}") for side in SIDES}
    relation = campaign.relationship(companies["client"], companies["supplier"], is_demo=False)
    since = _date(0)
    people = {
        side: campaign.enter(companies[side], list(_someones(chance, side, number, sizes[side], options)), since)
        for side in SIDES
    }
    sponsors = {
        side: campaign.member(
            relation,
            email=f"sponsor-{side}-{number}@simulated.example",
            name=f"Sponsor {side}",
            role="sponsor",
            side=side,
        )
        for side in SIDES
    }
    facilitator = campaign.member(
        relation,
        email=f"facilitator-{number}@simulated.example",
        name="Facilitator",
        role="facilitator",
        side="neutral",
    )
    return campaign.Stage(relation, sponsors, facilitator, people)


def _someones(chance: random.Random, side: str, number: int, size: int, options: Options) -> Iterator["Someone"]:
    from reciproque.demo.campaign import Someone

    for rank in range(size):
        function = chance.choice(FUNCTIONS[: options.functions])
        yield Someone(
            "Person", f"{number} {side} {rank}", function, f"p{rank}-{side}-{number}@simulated.example", language="en"
        )


def _date(rank: int) -> datetime:
    from django.utils import timezone

    return timezone.now() - timedelta(days=WAVE_DAYS * (12 - rank))


def _invited(present: Sequence["Person"], waiting: Sequence["Person"]) -> list["Person"]:
    """Those who will answer, and silent colleagues up to the quorum: a list under five people cannot be sealed."""
    return [*present, *waiting[: max(0, QUORUM - len(present))]]


def _wave(
    stage: "Stage",
    present: Mapping[str, Sequence["Person"]],
    waiting: Mapping[str, Sequence["Person"]],
    known: Mapping[int, Any],
    rank: int,
    baseline: Any,
) -> Any:
    from reciproque.app.shared import clock
    from reciproque.app.shared.audit import actor
    from reciproque.app.survey.actions.waves import cancel_wave
    from reciproque.demo import campaign

    opens_at = _date(rank)
    closes_at = opens_at + timedelta(days=21)
    with clock.at(opens_at - timedelta(days=1)):
        wave = campaign.prepare(
            stage,
            opens_at=opens_at,
            closes_at=closes_at,
            form="full",
            level=2,
            complete=True,
            cloned_from=baseline,
            people={side: _invited(present[side], waiting[side]) for side in SIDES},
        )
        phrases = campaign.seal(stage, wave)
    campaign.start(wave, opens_at)
    with clock.at(opens_at + timedelta(days=1)):
        campaign.collect(wave, {person.pk: (known[person.pk], ()) for side in SIDES for person in present[side]})
    campaign.close(wave, closes_at + timedelta(hours=1))
    if wave.state == "closed":
        campaign.open_both(stage, wave, phrases, closes_at + timedelta(hours=2))
    else:
        cancel_wave(by=actor(stage.facilitator), wave=wave)
    return wave


def _write(folder: Path, wave: Any, truth: Mapping[str, Any]) -> None:
    from reciproque.cli.facts import facts_of

    folder.mkdir(parents=True, exist_ok=True)
    for role in ROLES:
        (folder / f"facts-{role}.json").write_text(json.dumps(facts_of(wave, role), ensure_ascii=False, indent=1))
    (folder / "truth.json").write_text(json.dumps(truth))
