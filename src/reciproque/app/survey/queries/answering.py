"""What the answering pages read: whose link it is, and where its wave stands. One row, nothing about anybody else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from typing import Any, TypeVar

from django.conf import settings
from django.core.cache import caches
from django.db import connection
from django.db.models import Count, Max, Min, QuerySet, TextField
from django.db.models.functions import Cast

from reciproque.app.directory.models import Membership
from reciproque.app.shared import clock
from reciproque.app.shared.vocabulary import other_side
from reciproque.app.survey.models import Invitation, SealingKey, Wave, WaveState
from reciproque.app.survey.urn import collect, verify
from reciproque.app.survey.urn.collect import Recognised
from reciproque.app.survey.urn.errors import InvalidToken
from reciproque.instruments import Instrument, parse

FIELDS = (
    "side",
    "language",
    "function__code",
    "wave__key",
    "wave__state",
    "wave__level",
    "wave__form",
    "wave__languages",
    "wave__closes_at",
    "wave__instrument_digest",
)
A_MINUTE = 60
"""Seconds for which each process remembers names and public keys, the same ones for a thousand respondents."""


Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Respondent:
    """A person who answers, as the pages need to know it: a side, not a name."""

    wave_id: int
    wave_key: str
    state: str
    level: int
    form: str
    languages: tuple[str, ...]
    closes_at: datetime
    digest: str
    side: str
    function: str
    language: str
    own: str
    seen: str

    @property
    def other(self) -> str:
        return other_side(self.side)

    @property
    def may_answer(self) -> bool:
        return self.state == WaveState.COLLECTING and clock.now() < self.closes_at

    @property
    def is_training(self) -> bool:
        return self.level == Wave.Level.DEMO

    @property
    def instrument(self) -> Instrument:
        return _instrument(self.wave_id, self.digest)

    @property
    def questions(self) -> tuple[str, ...]:
        return self.instrument.questions_of(self.form)

    @property
    def prompts(self) -> tuple[str, ...]:
        return tuple(prompt.code for prompt in self.instrument.prompts_of(self.form))


@dataclass(frozen=True)
class Facilitator:
    """Whom respondents may turn to, and which company pays that person, if one of them does."""

    name: str
    employer: str


@dataclass(frozen=True)
class ReceiptFound:
    """The closed list that holds a receipt. `holds`: it still agrees with the urn and with the log."""

    client: str
    supplier: str
    number: int
    closed_at: datetime
    receipts: tuple[str, ...]
    root: str
    holds: bool


class _Statement:
    """A query made once: for one row by its number, making it costs five times as much as asking it."""

    def __init__(self, rows: QuerySet[Any, Any]) -> None:
        self.compiler = rows.query.get_compiler(rows.db)
        self.sql, _numbers = self.compiler.as_sql()
        self.converters = self.compiler.get_converters([column for column, _sql, _name in self.compiler.select])

    def row(self, *numbers: int) -> Sequence[Any] | None:
        """The one row for these numbers, in the order in which the query names them."""
        with connection.cursor() as cursor:
            cursor.execute(self.sql, numbers)
            found = cursor.fetchone()
        return next(self.compiler.apply_converters([found], self.converters)) if found else None


@cache
def _asked() -> _Statement:
    return _Statement(Invitation.objects.filter(pk=0, wave_id=0).order_by().values_list(*FIELDS))


def respondent(wave_id: int, invitation_id: int) -> Respondent | None:
    """The person invited, or None when there never was such an invitation."""
    row = _asked().row(invitation_id, wave_id)
    if row is None:
        return None
    side, language, function, key, state, level, form, languages, closes_at, digest = row
    names = _companies(wave_id, key)
    own, seen = names[side], names[other_side(side)]
    known = tuple(code for code, _name in settings.LANGUAGES if code in languages) or ("fr", "en")
    return Respondent(
        wave_id=wave_id,
        wave_key=key,
        state=state,
        level=level,
        form=form,
        languages=known,
        closes_at=closes_at,
        digest=digest,
        side=side,
        function=function or "",
        language=language if language in known else known[0],
        own=own,
        seen=seen,
    )


def recognise(typed: str) -> Recognised:
    """Whose token was typed, among the waves that collect; InvalidToken otherwise."""
    collecting = Invitation.objects.filter(wave__state=WaveState.COLLECTING).order_by().values_list("wave_id")
    ends = collecting.annotate(first=Min("id"), last=Max("id"), asked=Count("id"))
    found = collect.recognise(typed, {wave_id: _numbers(wave_id, *of_wave) for wave_id, *of_wave in ends})
    if not Invitation.objects.filter(pk=found.invitation_id, wave_id=found.wave_id).exists():
        raise InvalidToken
    return found


def _numbers(wave_id: int, first: int, last: int, asked: int) -> Iterable[int]:
    """All from the first to the last, which asks for no row; one by one where they lie far apart, as after a restore,
    which leaps over a million of them."""
    if last - first < 10 * asked:
        return range(first, last + 1)
    return Invitation.objects.filter(wave_id=wave_id).order_by().values_list("id", flat=True)


def public_keys(wave_id: int, wave_key: str) -> dict[str, bytes]:
    """The public half of each side's key: {"client": …, "supplier": …}. They stand still while a wave collects."""

    def ask() -> dict[str, bytes]:
        keys = SealingKey.objects.filter(wave_id=wave_id).values_list("side", "public_key")
        return {side: bytes(public) for side, public in keys}

    return _remembered(f"keys:{wave_key}", ask)


def facilitator(wave_id: int, wave_key: str) -> Facilitator | None:
    """Whom respondents may turn to, as it was known at most a minute ago."""
    return _remembered(f"facilitator:{wave_key}", partial(_facilitator, wave_id))


def _facilitator(wave_id: int) -> Facilitator | None:
    found = (
        Membership.objects.filter(relationship__waves=wave_id, role=Membership.Role.FACILITATOR)
        .order_by("pk")
        .values_list(
            "account__name", "account__email", "side", "relationship__client__name", "relationship__supplier__name"
        )
        .first()
    )
    if found is None:
        return None
    name, email, side, client, supplier = found
    return Facilitator(name=name or email, employer={"client": client, "supplier": supplier}.get(side, ""))


def receipt_found(receipt: str) -> ReceiptFound | None:
    """The published list that holds this receipt. Waves that still collect have no list: nothing is said of them."""
    waves = (
        Wave.objects.exclude(receipts_root="")
        .filter(state__in=(WaveState.CLOSED, WaveState.OPEN, WaveState.PURGED))
        .annotate(listed=Cast("receipts", TextField()))
        .filter(listed__contains=receipt)
        .select_related("relationship__client", "relationship__supplier")
        .defer("instrument_text")
    )
    for wave in waves:
        if receipt in wave.receipts:
            return ReceiptFound(
                client=wave.relationship.client.name,
                supplier=wave.relationship.supplier.name,
                number=wave.number,
                closed_at=wave.closed_at or wave.closes_at,
                receipts=tuple(wave.receipts),
                root=wave.receipts_root,
                holds=verify.verify_wave(wave).holds,
            )
    return None


def _companies(wave_id: int, wave_key: str) -> dict[str, str]:
    """The names of the two companies by side, as they were known at most a minute ago."""

    def ask() -> dict[str, str]:
        row = Wave.objects.values_list("relationship__client__name", "relationship__supplier__name").get(pk=wave_id)
        return dict(zip(("client", "supplier"), row, strict=True))

    return _remembered(f"companies:{wave_key}", ask)


def _remembered(name: str, ask: Callable[[], Answer]) -> Answer:
    kept: tuple[Answer] | None = caches["frozen"].get(name)
    if kept is None:
        kept = (ask(),)
        caches["frozen"].set(name, kept, A_MINUTE)
    return kept[0]


def _instrument(wave_id: int, digest: str) -> Instrument:
    """The locked questionnaire of a wave; its text is read once per process, for it never changes."""
    text = caches["frozen"].get(f"instrument:{digest}")
    if text is None:
        text = Wave.objects.values_list("instrument_text", flat=True).get(pk=wave_id)
        caches["frozen"].set(f"instrument:{digest}", text)
    return parse(text)
