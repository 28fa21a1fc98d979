"""Forms as their pages give them, sent back with the name of somebody else's row in one of their fields.

Each form is first sent as it stands, filled in plausibly: one that is taken shows that a refusal is owed to the name.
Nothing may be written then, and nothing of somebody else may be shown. Every request is taken back.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

from django.db import connections, transaction
from django.http import HttpResponse
from django.test import Client

from attack.isolation_crawl import Thing, Walk, quiet, visitor
from attack.isolation_ids import DRAWN_ANEW
from attack.isolation_world import World, marks_in
from reciproque.app.directory.models import Account, Function, Person
from reciproque.app.network.models import Contact
from reciproque.app.shared import clock

WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE|REPLACE)\b[^\"]*\"(\w+)\"", re.IGNORECASE)
READ_BY = {"into": "merge"}  # a field that one button alone of its form reads
HOUSE = {"django_session", "usersessions_usersession", "reciproque_cache"}
ROW = re.compile(r"\d{1,9}|[2-9a-hjkmnp-z]{12}|own-[a-d]")
NOT_ROWS = {"csrfmiddlewaretoken", "state", "content", "digest", "token", "order", "kept", "seconds", "count", "step",
            "place", "at", "year", "capacity", "grace_hours"}  # fmt: skip


@dataclass
class Field:
    name: str
    kind: str
    value: str = ""
    options: list[str] = field(default_factory=list)
    chosen: bool = False


@dataclass
class Form:
    action: str
    fields: list[Field]

    @property
    def shape(self) -> tuple[str, ...]:
        """Forms alike on pages alike: keys and numbers do not count."""
        return (
            re.sub(r"[2-9a-hjkmnp-z]{12}", "*", self.action),
            *sorted({re.sub(r"[2-9a-hjkmnp-z]{12}|\d+", "*", one.name) for one in self.fields}),
        )

    def buttons(self) -> list[tuple[str, str]]:
        """What each button sends; one that sends nothing counts as one."""
        return [(one.name, one.value) for one in self.fields if one.kind == "submit"] or [("", "")]

    def filled(self, button: tuple[str, str]) -> dict[str, list[str]]:
        data: dict[str, list[str]] = {button[0]: [button[1]]} if button[0] else {}
        for one in self.fields:
            if one.kind in ("radio", "checkbox"):
                if one.chosen:
                    data.setdefault(one.name, []).append(one.value)
            elif one.kind != "submit":
                data[one.name] = [one.value or _plausible(one)]
        for one in self.fields:
            if one.kind == "radio":
                data.setdefault(one.name, [one.value])
            if one.kind == "checkbox" and one.name not in data:
                data[one.name] = [one.value]
        return data

    def rows(self) -> list[str]:
        """The fields whose values name rows."""
        named = {
            one.name
            for one in self.fields
            if one.name not in NOT_ROWS
            and any(ROW.fullmatch(value) for value in (one.value, *one.options) if value)
            and one.kind in ("hidden", "select", "radio", "checkbox")
        }
        return sorted(named)


def _plausible(one: Field) -> str:
    today = clock.today()
    match one.kind:
        case "select":
            return next((option for option in one.options if option), "")
        case "email":
            return "somebody@example.test"
        case "date":
            return (today + timedelta(days=9)).isoformat()
        case "datetime-local":
            return (clock.now() + timedelta(days=9)).strftime("%Y-%m-%dT%H:%M")
        case "number":
            return "3"
    return "Words said" if one.kind in ("text", "textarea") else ""


class Forms(HTMLParser):
    """The forms of a page that send, with what stands in their fields."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._form: Form | None = None
        self._select: Field | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = Form(said.get("action", ""), []) if said.get("method", "").lower() == "post" else None
        elif self._form is not None:
            self._inside(tag, said)

    def _inside(self, tag: str, said: dict[str, str]) -> None:
        assert self._form is not None
        name, value = said.get("name", ""), said.get("value", "")
        if tag == "option" and self._select is not None:
            self._select.options.append(value)
            if "selected" in said:
                self._select.value = value
        elif tag == "button" and said.get("type", "submit") == "submit":
            self._form.fields.append(Field(name, "submit", value))
        elif tag in ("input", "select", "textarea") and name:
            kind = said.get("type", "text") if tag == "input" else tag
            checked = value or "on" if kind in ("checkbox", "radio") else value
            self._form.fields.append(Field(name, kind, checked, chosen="checked" in said))
            self._select = self._form.fields[-1] if tag == "select" else None

    def handle_endtag(self, tag: str) -> None:
        if tag == "form" and self._form is not None:
            self.forms.append(self._form)
            self._form = None


def forms_of(address: str, text: str) -> list[Form]:
    parser = Forms()
    parser.feed(text)
    for form in parser.forms:
        form.action = form.action.partition("#")[0] or address
    return [form for form in parser.forms if not form.action.startswith(("/accounts/", "/i18n/"))]


# ---------------------------------------------------------------- trying
@dataclass
class Found:
    forms: int = 0
    taken: int = 0  # forms that wrote something when they were sent as they stand
    tried: int = 0
    written: list[str] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)


def probe(world: World, walks: list[Walk], everything: list[Thing], rng: random.Random, *, most: int = 0) -> Found:
    """Every kind of form that each visitor met, each field that names a row, with rows that are not the visitor's."""
    found = Found()
    for walk in walks:
        client, knows = visitor(world, walk.who), world.knows(walk.who)
        theirs = _foreign(world, everything, knows)
        for form in _kinds(walk):
            rows = form.rows()
            if not rows:
                continue
            found.forms += 1
            found.taken += any(_sent(client, form.action, form.filled(one))[0] for one in form.buttons())
            for name in rows:
                for button in form.buttons():
                    if READ_BY.get(name, button[1]) == button[1]:
                        for value in _some(theirs, rng, most):
                            _lie(found, client, walk.who, form, name, value, button, knows)
    return found


def _kinds(walk: Walk) -> list[Form]:
    """One form of each shape that the visitor met."""
    found: dict[tuple[str, ...], Form] = {}
    for address, text in walk.pages_with_forms.items():
        for form in forms_of(address, text):
            found.setdefault(form.shape, form)
    return list(found.values())


def _foreign(world: World, everything: list[Thing], knows: frozenset[str]) -> list[str]:
    """Names of rows of others: public names, and the numbers that lists of choices use."""
    keys = [one.key for one in everything if one.readers not in knows and one.readers not in ("somebody", "nobody")]
    letters = {"a", "b", "c", "d"} - {word[1] for word in knows if word[0] == "p" and len(word) == 2}
    companies = {letter: getattr(world, letter) for letter in letters}
    numbers: list[Any] = []
    for letter, company in companies.items():
        numbers += list(Person.objects.filter(organisation=company).values_list("pk", flat=True)[:6])
        numbers += list(Account.objects.filter(organisation=company).values_list("pk", flat=True)[:2])
        numbers += [f"own-{letter}", company.key, company.pk]
        numbers += list(Function.objects.filter(organisation=company).values_list("pk", flat=True))
        numbers += list(Contact.objects.filter(relationship__client=company).values_list("pk", flat=True)[:2])
    return [*keys, *(str(one) for one in numbers)]


def _some(theirs: list[str], rng: random.Random, most: int) -> list[str]:
    """All of them, or some public names and some numbers."""
    keys = [one for one in theirs if not one.isdigit()]
    numbers = [one for one in theirs if one.isdigit()]
    if not most:
        return theirs
    return rng.sample(keys, min(most // 2, len(keys))) + rng.sample(numbers, min(most - most // 2, len(numbers)))


def _lie(
    found: Found, client: Client, who: str, form: Form, name: str, value: str, button: tuple[str, str],
    knows: frozenset[str],
) -> None:  # fmt: skip
    data = form.filled(button)
    if value in data.get(name, ()) or any(value == one.value or value in one.options for one in form.fields):
        return  # a number of the visitor's own that another table uses as well
    data[name] = [value]
    found.tried += 1
    written, response = _sent(client, form.action, data)
    what = f"{who} {form.action} {name}={value}: {response.status_code}"
    if written:
        found.written.append(f"{what} {sorted(written)}")
    text = DRAWN_ANEW.sub(b"", response.content).decode("utf-8", "replace") if not response.streaming else ""
    if response.status_code >= 500 or any(readers not in knows for _mark, readers in marks_in(text)):
        found.shown.append(what)


def _sent(client: Client, action: str, data: dict[str, list[str]]) -> tuple[set[str], HttpResponse]:
    """The tables that were written, and the answer; everything is taken back."""
    quiet()
    kept = client.cookies.copy()
    with transaction.atomic(), transaction.atomic(using="ballots"), watched() as written:
        response = client.post(action, data)
        transaction.set_rollback(True)
        transaction.set_rollback(True, using="ballots")
    client.cookies = kept
    return written - HOUSE, response


@contextmanager
def watched() -> Iterator[set[str]]:
    """The tables written within the block."""
    tables: set[str] = set()

    def look(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if found := WRITES.match(sql):
            tables.add(found[2])
        return execute(sql, params, many, context)

    with connections["default"].execute_wrapper(look), connections["ballots"].execute_wrapper(look):
        yield tables
