"""Load the stories: each is told wave by wave, on its own dates, as far as its stage goes."""

import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from itertools import chain
from random import Random

from django.utils import timezone

from reciproque import instruments
from reciproque.app.directory.models import Account, Person, Relationship
from reciproque.app.shared import clock
from reciproque.app.shared.vocabulary import Side
from reciproque.app.survey.models import Wave
from reciproque.demo import campaign, commitments, dialogue, network, portfolio
from reciproque.demo.answers import side_answers
from reciproque.demo.campaign import Answers, Someone, Stage
from reciproque.demo.stories import STORIES, Camp, Character, Story, Telling

LONG_AGO = "-340"  # before the first wave of every story
SEATED = ("sponsor", "deputy", "member")
Tick = Callable[[], None]


def steps() -> int:
    """How many answers will be handed in, for a progress bar."""
    return sum(len(telling.client) + len(telling.supplier) for story in STORIES for telling in story.tellings)


def load(tick: Tick = lambda: None) -> None:
    """Tell every story. Dates are counted in days from today, but for the years in which companies met."""
    today = timezone.localdate()
    for story in STORIES:
        stage = _stage(story, _moment(LONG_AGO, today))
        told: list[Wave] = []
        for telling in story.tellings:
            told.append(_tell(story, stage, telling, told, today, tick))
        network.draw(story.key, stage, _moment("+0", today))
        commitments.give(story.key, stage, _moment("+0", today))
        dialogue.hold(story.key, stage, _moment("+0", today))
    portfolio.tell(lambda day: _moment(day, today))


def relationships() -> int:
    """How many of the stories are there; fewer than all of them when the telling was cut short."""
    return Relationship.objects.filter(is_demo=True, waves__isnull=False).distinct().count()


def already_loaded() -> bool:
    return relationships() >= len(STORIES) and portfolio.told()


def _moment(day: str, today: date, hour: int = 9) -> datetime:
    chosen = today + timedelta(days=int(day)) if day[0] in "+-" else date.fromisoformat(day)
    return timezone.make_aware(datetime.combine(chosen, time(hour)))


def address(character: Character, company: str) -> str:
    def plain(text: str) -> str:
        folded = (
            unicodedata.normalize("NFKD", text.replace("’", "").replace("É", "E")).encode("ascii", "ignore").decode()
        )
        return "-".join("".join(c if c.isalnum() else " " for c in folded.lower()).split())

    return f"{plain(character.first_name)}.{plain(character.last_name)}@{plain(company) or 'independante'}.example"


def _stage(story: Story, at: datetime) -> Stage:
    with clock.at(at):
        sides: dict[str, Camp] = {Side.CLIENT: story.client, Side.SUPPLIER: story.supplier}
        companies = {side: campaign.company(camp.company) for side, camp in sides.items()}
        since = _moment(story.since, timezone.localdate())
        relation = campaign.relationship(
            companies[Side.CLIENT], companies[Side.SUPPLIER], perimeter=story.perimeter, since=since, is_demo=True
        )
        people = {side: campaign.enter(companies[side], _someones(camp), since) for side, camp in sides.items()}
        sponsors = dict(chain.from_iterable(_seats(relation, side, camp) for side, camp in sides.items()))
        who = story.facilitator
        facilitator = campaign.member(
            relation, email=address(who, ""), name=who.name, role="facilitator", side="neutral"
        )
        return Stage(relation, sponsors, facilitator, people)


def _someones(camp: Camp) -> list[Someone]:
    return [Someone(c.first_name, c.last_name, c.function, address(c, camp.company), c.title) for c in camp.people]


def _seats(relation: Relationship, side: str, camp: Camp) -> Iterator[tuple[str, Account]]:
    for character in camp.people:
        if character.role in SEATED:
            account = campaign.member(
                relation, email=address(character, camp.company), name=character.name, role=character.role, side=side
            )
            if character.role == "sponsor":
                yield side, account


def _tell(story: Story, stage: Stage, telling: Telling, told: Sequence[Wave], today: date, tick: Tick) -> Wave:
    opens_at, closes_at = _moment(telling.opens_on, today), _moment(telling.closes_on, today, 18)
    baseline = next((wave for wave in told if wave.form == telling.form), None)
    with clock.at(min(opens_at - timedelta(days=7), timezone.now())):
        wave = campaign.prepare(
            stage,
            opens_at=opens_at,
            closes_at=closes_at,
            people=stage.people,
            form=telling.form,
            level=Wave.Level.DEMO,
            complete=story.complete,
            cloned_from=baseline,
        )
        if telling.until == "sealing":
            return wave
        phrases = campaign.seal(stage, wave)
    campaign.start(wave, opens_at)
    if telling.until == "collecting":
        return wave
    with clock.at(opens_at + timedelta(days=3)):
        campaign.collect(wave, _answers(story, stage, telling, len(told)), tick)
    campaign.close(wave, closes_at + timedelta(hours=1))
    if telling.until == "open":
        campaign.open_both(stage, wave, phrases, _next_morning(closes_at))
    return wave


def _next_morning(closes_at: datetime) -> datetime:
    return (closes_at + timedelta(days=1)).replace(hour=9, minute=0)


def _answers(story: Story, stage: Stage, telling: Telling, number: int) -> dict[int, Answers]:
    instrument = instruments.parse(instruments.source())
    given: dict[int, Answers] = {}
    for side, ranks, view in (
        (Side.CLIENT, telling.client, telling.client_view),
        (Side.SUPPLIER, telling.supplier, telling.supplier_view),
    ):
        random = Random(f"{story.key}-{number}-{side}")  # noqa: S311 - the same demonstration each time
        people: list[Person] = [stage.people[side][rank] for rank in ranks]
        scores = side_answers(random, view, instrument, telling.form, len(people))
        words = _words(telling.words, side, len(people))
        given |= {person.pk: (scores[rank], words[rank]) for rank, person in enumerate(people)}
    return given


def _words(
    words: Mapping[str, Mapping[str, tuple[tuple[str, str], ...]]], side: str, people: int
) -> list[list[tuple[str, str, str]]]:
    """The sentences of a prompt, one for each of the first people."""
    spread: list[list[tuple[str, str, str]]] = [[] for _ in range(people)]
    for prompt, by_side in words.items():
        for rank, (text, destiny) in enumerate(by_side[side]):
            spread[rank].append((prompt, text, destiny))
    return spread
