"""Hostile input: requests, files, texts and names that strangers would send, and what became of them.

One installation is made through the actions (the demonstration and four relationships, each at another moment), every
role signs in, and everything within reach is found by following links. Then:

*   requests built from the forms and addresses that were found, bent; number n of a seed is always the same;
*   files for every upload, in French and in English, with the memory that each needs beyond what the process held;
*   payloads written into every column that people write in, past the forms, and read back on every kind of page, in
    every document, spreadsheet and letter, beside the same with plain words;
*   some of these pages in a real Chromium, which tells of every dialog, script and broken rule of the page's policy;
*   cells that a spreadsheet would compute, in every export, opened in LibreOffice;
*   names that would like to be headers, in letters that leave for a mail server of ours.

Content lengths that lie are not sent: the web server refuses them before the product. A request is slow when it takes
more than two seconds twice; on a machine with more to do than it has cores,
the seconds are divided among those who wait.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import scratch
from claims import Claim, at_most, none_of, run
from django.conf import settings
from django.core.management import call_command
from django.db import connection

# A browser can only be told what a page may do: the second factor and the cost of passwords are proved elsewhere.
settings.SECOND_FACTOR_REQUIRED = False
settings.SESSION_IDLE_SECONDS = settings.SESSION_COOKIE_AGE  # nobody is signed out between two looks
settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

from attack import fuzz, hostile, hostile_mail, hostile_pages, hostile_uploads, payloads, uploads
from reciproque.app.directory.models import Account
from reciproque.app.shared.audit import verify_chain

SEED = 20261122
ASIDE = scratch.FOLDER.with_name(scratch.FOLDER.name + "-aside")


def prove(full: bool) -> Iterator[Claim]:
    with contextlib.ExitStack() as left:
        left.callback(shutil.rmtree, ASIDE, ignore_errors=True)
        world = hostile.build(demonstration=True)
        reached = hostile.crawl(world, same=2)
        saved = hostile.Saved(ASIDE)
        said(f"{len(reached)} pages reached by {len(world.visitors)} visitors")
        with fuzz.Ear() as ear:
            for part in (
                _uploads(world, reached),
                _texts(world, reached, saved, full),
                _cells(world, reached, saved, full),
            ):
                yield from part
            yield from _mails(world, saved, full)
            yield none_of("Those files and texts leave no trace of a fault in the log", len(ear.faults), 1, "logs")
        saved.put_back()
        yield from _requests(world, reached, saved, full)


def said(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def told(faults: list[str]) -> int:
    for fault in faults[:40]:
        said(f"FOUND {fault}")
    return len(faults)


# ---------------------------------------------------------------- requests
def _requests(
    world: hostile.World, reached: list[hostile.Reached], saved: hostile.Saved, full: bool
) -> Iterator[Claim]:
    tries = 500_000 if full else 100_000
    generator = fuzz.Generator(reached, SEED)
    broken: list[str] = []

    def again() -> None:
        broken.extend(_broken_rules())
        saved.put_back()

    seen = fuzz.send_all(world, generator, range(tries), again)
    broken.extend(_broken_rules())
    said(f"fuzz: {dict(seen.statuses)}, slowest {seen.slowest:.2f} s, {len(seen.names)} addresses")
    unit = "generated requests"
    yield none_of("No generated request ends in a fault (status 500)", told(list(seen.errors.values())), tries, unit)
    yield none_of("No generated request leaves a traceback in the log", told(list(seen.traces.values())), tries, unit)
    yield none_of("No generated request takes longer than 2 seconds", told(list(seen.slow.values())), tries, unit)
    yield none_of("Nothing that was sent comes back alive in a page", told(list(seen.live.values())), tries, unit)
    yield none_of("The databases keep their rules under them, and the log its chain", told(broken), tries, unit)
    missed = sorted(hostile.everything_named() - set(seen.names))
    yield Claim(
        "They go to every address of the product", "all", f"all but {missed}" if missed else "all", kept=not missed
    )
    share = seen.accepted / seen.requests
    yield Claim("Many of them get past the door", "20 % or more answered with a page", f"{share:.0%}", share >= 0.2)


def _broken_rules() -> list[str]:
    """What the database says of itself, and the chain of the log."""
    found = []
    with connection.cursor() as cursor:
        for question in ("PRAGMA foreign_key_check", "PRAGMA quick_check"):
            cursor.execute(question)
            found += [f"{question}: {row}" for row in cursor.fetchall() if row != ("ok",)]
    broken = verify_chain()
    return found + ([f"log: {broken}"] if broken else [])


# ---------------------------------------------------------------- files
def _uploads(world: hostile.World, reached: list[hostile.Reached]) -> Iterator[Claim]:
    fields = hostile_uploads.fields(reached)
    files = uploads.everything()
    tried = hostile_uploads.try_all(world, fields, files)
    said(f"uploads: {len(files)} files, {len(fields)} fields, at most {tried.growth / 1e6:.0f} MB: {tried.greediest}")
    unit = f"uploads ({len(files)} files, {len(fields)} fields, 2 languages)"
    yield none_of("Every hostile file is refused or read without harm", told(tried.harmed), tried.count, unit)
    yield none_of("Its refusal is a sentence in the reader's language", told(tried.unsaid), tried.count, unit)
    yield none_of("Nothing half-written is left in a table or a folder", told(tried.left), tried.count, unit)
    yield at_most("Memory that one hostile file costs, at most", tried.growth / 1e6, 200, "MB")


# ---------------------------------------------------------------- texts
def _texts(world: hostile.World, reached: list[hostile.Reached], saved: hostile.Saved, full: bool) -> Iterator[Claim]:
    texts, turns = payloads.all_texts(), 60 if full else 10
    chosen = hostile_pages.cover(reached, 4 if full else 2)
    written = hostile.poison(hostile.benign)
    columns = [label for label, rows in written.items() if rows]
    plain = hostile_pages.look(world, chosen)
    found: dict[str, list[str]] = {"pages": [], "documents": [], "data": []}
    browsed: list[str] = []
    for turn in range(turns):
        marked = hostile_pages.Marked(texts[turn::turns])
        hostile.poison(marked)
        shown = hostile_pages.look(world, chosen)
        _compare(plain, shown, marked, found)
        said(f"texts {turn + 1} of {turns}: {sum(map(len, found.values()))} found")
        for fault in [fault for kind in found.values() for fault in kind][:5] if not turn else []:
            said(f"so far: {fault}")
        if turn == 0:
            browsed, pages = _browsed(world, chosen, 60 if full else 24)
    unit = f"readings ({len(texts)} payloads in {len(columns)} columns)"
    seen = len(plain.pages) * turns
    yield none_of("On a page, a payload is words: same elements, nothing runs", told(found["pages"]), seen, unit)
    yield none_of(
        "In a real browser nothing runs, asks or breaks the policy", told(browsed), pages, "pages in Chromium"
    )
    documents = turns * sum(1 for label in plain.files if _is_document(label))
    yield none_of("In a document it is words: nothing is evaluated", told(found["documents"]), documents, "PDF files")
    data = turns * (len(plain.files) - documents // turns)
    yield none_of("In a spreadsheet, calendar or data file it is words", told(found["data"]), data, "files")
    empty = sorted(label for label, rows in written.items() if not rows)
    yield Claim(
        "Every column that people write in carries the payloads", "all columns", f"all but {empty}" if empty else
        f"all {len(columns)}", not empty,
    )  # fmt: skip
    saved.put_back()


def _is_document(label: str) -> bool:
    return bool(re.search(r"\.pdf$|/record/$", label.split("?")[0]))


def _compare(
    plain: hostile_pages.Shown, shown: hostile_pages.Shown, marked: hostile_pages.Marked, found: dict[str, list[str]]
) -> None:
    found["pages"] += shown.refused
    for label, page in shown.pages.items():
        faults = hostile_pages.grown(plain.pages[label], page) if label in plain.pages else ["another page"]
        faults += hostile_pages.altered(" ".join(page.words), marked.said)
        found["pages"] += [f"{label}: {fault}" for fault in faults]
    for label, data in shown.files.items():
        if _is_document(label):
            faults = hostile_pages.altered_document(hostile_pages.pdf_text(data), marked.said)
            found["documents"] += [f"{label}: {fault}" for fault in faults]
        elif fault := hostile_pages.readable(label.split("?")[0], data):
            found["data"].append(f"{label}: {fault}")


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Silent(WSGIRequestHandler):
    def log_message(self, *_about: object) -> None: ...


def _browsed(world: hostile.World, chosen: list[hostile.Reached], most: int) -> tuple[list[str], int]:
    """Open pages in Chromium: what it was asked to run, to say or to fetch from elsewhere."""
    from django.contrib.staticfiles.handlers import StaticFilesHandler

    from reciproque.config.wsgi import application

    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # the browser's driver has a loop of its own
    server = make_server("127.0.0.1", 0, StaticFilesHandler(application), _Server, _Silent)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    from playwright.sync_api import sync_playwright

    pages = [one for one in chosen if not re.search(r"\.\w+$|/record/$", one.address.split("?")[0])]
    step = max(1, len(pages) // most)
    faults: list[str] = []
    try:
        with sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=shutil.which("chromium"))
            for one in pages[::step]:
                faults += _opened(browser, world, one, f"http://127.0.0.1:{server.server_port}")
            browser.close()
    finally:
        server.shutdown()
        server.server_close()
    return faults, len(pages[::step])


def _opened(browser: object, world: hostile.World, one: hostile.Reached, at: str) -> list[str]:
    context = browser.new_context()  # type: ignore[attr-defined]
    context.add_cookies(
        [{"name": name, "value": value, "url": at} for name, value in world.cookies[one.visitor].items()]
    )
    context.add_init_script("window.rqx = () => console.error('rqx ran')")
    page, faults = context.new_page(), []
    page.on("dialog", lambda dialog: (faults.append("dialog"), dialog.dismiss()))
    page.on("console", lambda line: faults.append(line.text) if line.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on(
        "request", lambda sent: faults.append(sent.url) if not sent.url.startswith((at, "data:", "blob:")) else None
    )
    page.goto(at + one.address, wait_until="load")
    page.wait_for_timeout(150)
    context.close()
    return [f"{one.visitor} {one.address}: {fault[:200]}" for fault in faults]


# ---------------------------------------------------------------- cells
def _cells(world: hostile.World, reached: list[hostile.Reached], saved: hostile.Saved, full: bool) -> Iterator[Claim]:
    exports = [
        one for one in hostile.files_of(reached).values() if one.address.split("?")[0].endswith((".csv", ".xlsx"))
    ]
    starters = payloads.FORMULAS if full else payloads.STARTERS
    live: list[str] = []
    files: dict[str, bytes] = {}
    for turn in range(len(starters)):
        hostile.poison(lambda label, row, turn=turn: _formula(starters, turn, label, row))
        shown = hostile_pages.look(world, exports)
        for place, (label, data) in enumerate(shown.files.items()):
            name = label.split("?")[0]
            live += [f"{label}: {cell!r}" for cell in hostile_pages.live_cells(name, data)]
            files[f"t{turn}-{place}{Path(name).suffix}"] = data
    saved.put_back()
    unit = f"files ({len(starters)} starters, {len(exports)} exports)"
    yield none_of("No cell of an export starts like a formula, none is one", told(live), len(files), unit)
    yield _opened_in_office(files)


def _formula(starters: tuple[str, ...], turn: int, label: str, row: int) -> str:
    start = starters[turn % len(starters)]
    family = [one for one in payloads.FORMULAS if one.startswith(start)] or [start]
    return f"{family[row % len(family)]} {label} {row}"


def _opened_in_office(files: dict[str, bytes]) -> Claim:
    claim, unit = "Opened in LibreOffice, no export holds a formula", "files"
    if not hostile_pages.spreadsheet_program():
        install = ["apt-get", "-qq", "-y", "install", "--no-install-recommends", "libreoffice-calc"]
        with contextlib.suppress(OSError):
            subprocess.run([*([] if os.geteuid() == 0 else ["sudo", "-n"]), *install], capture_output=True, check=False)
    if not hostile_pages.spreadsheet_program():
        return Claim(
            claim, f"0 of {len(files)} {unit}", "LibreOffice is not there and could not be installed", kept=False
        )
    with tempfile.TemporaryDirectory() as folder:
        canary = {"canary.csv": b"a;=1+1\r\n"}
        seen = hostile_pages.computed_by_program(Path(folder) / "office", {**files, **canary})
    if not seen.pop("canary.csv"):
        return Claim(claim, f"0 of {len(files)} {unit}", "the program computes nothing: it proves nothing", kept=False)
    return none_of(claim, told([f"{name}: {found}" for name, found in seen.items() if found]), len(files), unit)


# ---------------------------------------------------------------- letters
def _mails(world: hostile.World, saved: hostile.Saved, full: bool) -> Iterator[Claim]:
    names, texts = payloads.headers(), payloads.all_texts()
    wrong, alive, count = [], [], 0
    with hostile_mail.mail_server() as server:
        hostile.poison(hostile.benign, fit=True)
        plain = hostile_mail.send(server, "plain")
        wrong += plain.wrong
        for place, name in enumerate(names):
            hostile.poison(lambda label, row, name=name: f"{name} {row}", fit=True, only=hostile_mail.NAMED)
            left = hostile_mail.send(server, f"h{place}")
            wrong += [f"{name!r}: {fault}" for fault in left.wrong]
            count += len(left.messages)
        for turn in range(0, len(texts), 12):
            chunk = texts[turn : turn + 12]
            hostile.poison(lambda label, row, chunk=chunk: _turned(chunk, row), fit=True, only=hostile_mail.NAMED)
            left = hostile_mail.send(server, f"x{turn}")
            alive += [f"{chunk}: {fault}" for fault in hostile_mail.grown_letters(plain, left)] + left.wrong
        server.raw.clear()
        hostile_mail.ask_for_code(str(Account.objects.filter(is_active=True).values_list("email", flat=True)[0]))
        wrong += [fault for raw in server.raw for fault in hostile_mail.faults(raw, "")]
    unit = f"letters ({len(names)} names, {len(plain.messages)} kinds)"
    yield none_of("A name adds no header and no recipient to a letter", told(wrong), count, unit)
    letters = len(plain.messages) * len(range(0, len(texts), 12))
    yield none_of("In a letter, a payload is words: same elements, nothing runs", told(alive), letters, "letters")
    saved.put_back()


def _turned(chunk: list[str], row: int) -> str:
    """All of them, beginning with another one in each row: a short column holds the first ones only."""
    turn = row % len(chunk)
    return " ".join([*chunk[turn:], *chunk[:turn]])


if __name__ == "__main__":
    call_command("check", verbosity=0)
    run(prove)
