"""Hostile files sent to every field that takes one, in both languages, and what they cost and left behind."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import gettempdir

from django.apps import apps
from django.conf import settings

from attack.fuzz import BOUNDARY, multipart
from attack.hostile import Form, Page, Reached, World, content_of, name_of
from attack.uploads import Upload

PROC = Path("/proc/self")


@dataclass(frozen=True)
class Field:
    """A form that takes a file, filled in as it should be, and who may send it."""

    name: str
    visitor: str
    action: str
    values: tuple[tuple[bytes, bytes], ...]
    file: str


def fields(reached: Sequence[Reached]) -> list[Field]:
    """One of each kind, with every choice made and every box ticked."""
    found: dict[str, Field] = {}
    for one in reached:
        for form in one.forms:
            files = [name for name, kind, _value, _choices in form.fields if kind == "file"]
            name = name_of(form.action)
            if files and one.name != "gallery" and form.method == "post":
                found.setdefault(name, Field(name, one.visitor, form.action, tuple(_filled(form)), files[0]))
    return list(found.values())


GIVEN = {"addresses": "a@example.test", "domains": "example.test"}


def _filled(form: Form) -> Iterator[tuple[bytes, bytes]]:
    for name, kind, value, choices in form.fields:
        if kind == "select":
            yield name.encode(), next((choice for choice in reversed(choices) if choice), "").encode()
        elif kind == "checkbox":
            yield name.encode(), b"on"
        elif kind not in ("file", "submit", "radio"):
            yield name.encode(), GIVEN.get(name, value).encode()


@dataclass
class Tried:
    """What came of all of them."""

    count: int = 0
    harmed: list[str] = field(default_factory=list)
    unsaid: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    growth: int = 0
    greediest: str = ""


def try_all(world: World, wanted: Sequence[Field], files: Sequence[Upload]) -> Tried:
    tried = Tried()
    for file in files:
        data = file.make()
        for one in wanted:
            _in_both_languages(world, one, file, data, tried)
    return tried


def _in_both_languages(world: World, one: Field, file: Upload, data: bytes, tried: Tried) -> None:
    before = stored()
    body = multipart(one.values, [(one.file, file.name, data)])
    sentences = {}
    for language in ("fr", "en"):
        label, held = f"{one.name}, {file.what}, {language}", _now("VmRSS")
        _forget_peak()
        client = world.client(one.visitor)
        response = client.generic(
            "POST",
            one.action,
            body,
            content_type=f"multipart/form-data; boundary={BOUNDARY}",
            headers={"accept-language": language},
        )
        tried.count += 1
        if (growth := _now("VmHWM") - held) > tried.growth:
            tried.growth, tried.greediest = growth, label
        page = Page(content_of(response).decode("utf-8", "replace"))
        if response.status_code >= 500 or page.running:
            tried.harmed.append(f"{label}: {response.status_code} {page.running}")
        sentences[language] = complaints(content_of(response).decode("utf-8", "replace"), response.status_code)
        if not sentences[language] and not _is_preview(response, page):
            tried.unsaid.append(f"{label}: {response.status_code}, no word")
        tried.unsaid += [f"{label}: {words}" for words in sentences[language] if TECHNICAL.search(words)]
    if sentences["fr"] and sentences["fr"] == sentences["en"]:
        tried.unsaid.append(f"{one.name}, {file.what}: the same in both languages: {sentences['fr']}")
    tried.left += [f"{one.name}, {file.what}: {what}" for what in new_things(before, stored())]


def _is_preview(response: object, page: Page) -> bool:
    """The next step, where what was read waits for a yes: another form, with what was read in a hidden field."""
    status = response.status_code  # type: ignore[attr-defined]
    waiting = any(name == "content" for form in page.forms for name, *_rest in form.fields)
    return status == 200 and waiting


# Words of a program, not of a person.
TECHNICAL = re.compile(r"Traceback|Exception|Error\b|0x[0-9a-f]{6}|<class|\bNone\b|b'|codec|errno", re.I)
COMPLAINT = re.compile(r'class="field-error"[^>]*>(.*?)</p>|class="notice is-error"[^>]*>(.*?)</div>', re.S)


def complaints(page: str, status: int = 200) -> list[str]:
    """The sentences of a page that say what is wrong; the whole of it, when it is there for nothing else."""
    parts = [first or second for first, second in COMPLAINT.findall(page)]
    if status in (400, 413):
        parts += re.findall(r"<main.*?</main>", page, re.S)
    return [words for part in parts if (words := " ".join(re.sub(r"<[^>]*>", " ", part).split()))]


# ---------------------------------------------------------------- what is kept, and what it costs
def stored() -> dict[str, int]:
    """How many rows in each table of ours, and which files in the folders that a server writes to."""
    rows = {model.__name__: model._default_manager.count() for model in apps.get_app_config("app").get_models()}
    folders = (settings.DATA_DIR, Path(gettempdir()))
    files = {str(path) for folder in folders for path in folder.glob("*") if TEMPORARY.search(path.name)}
    return rows | dict.fromkeys(files, 1)


TEMPORARY = re.compile(r"upload|\.tmp|\.csv|\.xlsx|rqx", re.I)
CONSENT = {"AuditRecord"}  # that the owner of a calendar agrees is recorded, whatever the calendar holds


def new_things(before: dict[str, int], after: dict[str, int]) -> list[str]:
    changed = {name for name in before.keys() | after.keys() if before.get(name, 0) != after.get(name, 0)}
    return sorted(changed - CONSENT)


def _now(what: str) -> int:
    found = re.search(rf"{what}:\s+(\d+) kB", (PROC / "status").read_text())
    return int(found[1]) * 1024 if found else 0


def _forget_peak() -> None:
    (PROC / "clear_refs").write_text("5")
