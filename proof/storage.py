"""Storage (A6, A7, A12, A13): no answer, no link, no order is written anywhere, and what is destroyed stays destroyed.

1. A real installation: `reciproque serve` and `worker` as processes, people who answer over HTTP with the links of the
   mails that an SMTP server received, sponsors who type their phrases in the pages. Everybody's answers are unlike
   anybody else's, and every text carries a word found nowhere else. At six moments (answering, submitted, closed, one
   key, opened, purged) every byte that exists is swept: both databases with their journals, the secrets folder, logs,
   temporary files (watched every ten milliseconds), mails, a backup made at that moment and all those before (dumps
   laid open), on PostgreSQL the cluster's own folder with its write-ahead log. Answers are sought in some 80 spellings.
2. After the destruction each older backup is put back into the folder as it is then; both phrases and every file left
   are tried on every ballot. The same with the secrets folder as it was before must open them all, or the try is void.
3. Order (tests/attack/order.py): campaigns of 30 whose people answer in an order drawn at random. After closing, no
   column of any table, visible or hidden, keeps that order, and no join of people with ballots beats chance (p < 0.001,
   corrected for the number of columns or joins). While answers come in, an order of sealed rows exists in places that
   the database itself keeps (PostgreSQL: ctid, xmin; both: the place in the file), measured here; nothing joins it to
   people. The same columns of who took part in the votes of a workshop, once they are counted.

On PostgreSQL, slots and sealed bytes may stay in its write-ahead log until it is recycled: SECURITY.md says that
PostgreSQL's own archives are outside; answers are sought there all the same, for none may ever be written.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import scratch  # noqa: F401 - first: it makes the data folder
from claims import Claim, none_of, run
from django.conf import settings

import personas
from attack import order, storage
from attack.house import AGENT, House
from attack.storage import Hit, Needles
from reciproque.app.survey.urn import tokens

settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
POSTGRES = "DATABASE_URL" in os.environ
# What no file may ever hold; and once open, where texts given for publication are.
HIDDEN, SHOWN = "canary-hidden-", "canary-shown-"
MOMENTS = ("answering", "submitted", "closed", "one key", "opened", "purged")


@dataclass
class Campaign:
    """The campaign, what is looked for, and what was found at each moment."""

    house: House
    chance: random.Random
    needles: Needles = field(default_factory=Needles)
    phrases: dict[str, str] = field(default_factory=dict)
    receipts: list[str] = field(default_factory=list)
    hits: list[tuple[str, Hit]] = field(default_factory=list)
    read: dict[str, int] = field(default_factory=dict)
    backups: dict[str, Path] = field(default_factory=dict)
    cluster: Path | None = None
    slots: list[bytes] = field(default_factory=list)
    bodies: list[str] = field(default_factory=list)
    started: float = field(default_factory=time.time)

    def inside(self, name: str, *arguments: Any) -> Any:
        """One question of tests/attack/restored.py, asked inside the installation."""
        sent = ", ".join(repr(json.dumps(argument)) for argument in arguments)
        code = f"from attack.restored import ask; ask({name!r}{', ' if sent else ''}{sent})"
        return json.loads(self.house.installation.python(code))

    # ------------------------------------------------------------ People
    def form(self, side: str, number: int, token: str) -> dict[str, str]:
        """Answers unlike anybody else's; one text that everybody writes, one that only four of each side write."""
        answers = {code: self.chance.randint(1, 7) for code in self.house.seed["questions"]}
        self.needles.add("answers", storage.of_answers(answers))
        texts = {"O1": f"{SHOWN}{side}-{number}", "O1-reader": "publish"}
        if number < 4:
            texts |= {"O2": f"{HIDDEN}{side}-{number} « l’été »", "O2-reader": ("publish", "reword")[number % 2]}
        self.needles.add("tokens", storage.of_a_token(token, tokens.read(token)))
        return {code: str(point) for code, point in answers.items()} | texts

    def answer(self) -> None:
        """Half of the people; one changes, one withdraws and comes back, one leaves a draft, one stumbles."""
        links, house = self.house.tokens(), self.house
        self.people = [(email, house.seed["people"][email][0], links[email]) for email in sorted(links)]
        self.chance.shuffle(self.people)
        ranks = {"client": 0, "supplier": 0}
        self.forms = []
        for _email, side, token in self.people:
            self.forms.append((token, self.form(side, ranks[side], token)))
            ranks[side] += 1
        half = len(self.forms) // 2
        for token, form in self.forms[:half]:
            self.receipts.append(house.hand_in(token, form))
        token, form = self.forms[0]
        other = {**form, **self.form("client", 99, token)}
        house.hand_in(token, other)
        self.receipts[0] = house.hand_in(token, form)
        house.withdraw(self.forms[1][0])
        self.receipts[1] = house.hand_in(*self.forms[1])
        house.draft(*self.forms[half])
        house.stumble(*self.forms[half + 1])

    def finish(self) -> None:
        for token, form in self.forms[len(self.forms) // 2 :]:
            self.receipts.append(self.house.hand_in(token, form))

    # ------------------------------------------------------------ Sweeping
    def sweep(self, moment: str, *kinds: str) -> None:
        """Everything on the disk, for what may not be there at that moment."""
        started = time.monotonic()
        self.backups[moment] = self.house.backup(moment.replace(" ", "-"))
        sought, root = self.needles.only(*kinds), self.house.root
        read, hits = storage.sweep(sought, storage.files_under(root), root)
        if self.cluster:
            wal, found = storage.sweep(sought, storage.files_under(self.cluster, since=self.started), self.cluster)
            read, hits = read + wal, hits + [Hit(f"cluster/{hit.place}", hit.kind, hit.needle) for hit in found]
        for name, content in self.house.temporary.items():
            hits += sought.sought_in(content + storage.opened(content), f"tmp/{name}")
        decoded = self.house.installation.python("from attack.restored import decoded; print(decoded())")
        hits += sought.sought_in(decoded.encode(), "sessions and cache")
        for place, mail in enumerate(self.house.mails):
            hits += self._in_a_mail(sought, mail, place)
        self.hits += [(moment, hit) for hit in hits]
        self.read[moment] = read + len(self.house.mails) + len(self.house.temporary) + 1
        took = time.monotonic() - started
        print(
            f"{moment}: {self.read[moment]} files, {len(sought)} needles, {len(hits)} hits, {took:.0f} s",
            file=sys.stderr,
        )

    @staticmethod
    def _in_a_mail(sought: Needles, raw: bytes, place: int) -> list[Hit]:
        """A mail carries the link of whoever it was written to, and nothing else that is looked for."""
        from email import message_from_bytes, policy

        mail = message_from_bytes(raw, policy=policy.default)
        parts = [part.get_content() for part in mail.walk() if part.get_content_maintype() == "text"]
        content = raw + "\n".join(parts).encode()
        return [hit for hit in sought.sought_in(content, f"mail {place}") if hit.kind != "tokens"]

    def found(self, kind: str, *moments: str, but: tuple[str, ...] = ()) -> list[tuple[str, Hit]]:
        return [
            (moment, hit)
            for moment, hit in self.hits
            if hit.kind == kind and (not moments or moment in moments) and not hit.place.startswith(but or ("\0",))
        ]


NEVER = ("answers", "texts never published", "tokens", "phrases", "halves")


def campaign(root: Path, people: int) -> Iterator[Claim]:
    house = House(root, people=people)
    made = Campaign(house, random.Random(7))
    with house.running():
        if POSTGRES:
            made.cluster = Path(house.sql("SHOW data_directory")[0][0])
        yield from _live(made)
    yield from _after(made)


def _live(made: Campaign) -> Iterator[Claim]:
    house, needles = made.house, made.needles
    for side in ("client", "supplier"):
        made.phrases[side] = house.seal(side)
        needles.add("phrases", storage.of_a_phrase(made.phrases[side]))
    house.jobs_due()
    house.until(lambda: len(house.tokens()) == 2 * house.people, "the invitations")
    needles.add("texts never published", storage.of_a_text(HIDDEN))
    needles.add("texts to publish", storage.of_a_text(SHOWN))
    halves = made.inside("private_halves", made.phrases)
    assert len(halves) == 2
    needles.add("halves", [form for half in halves for form in storage.of_bytes(bytes.fromhex(half))])
    time.sleep(6)
    before = made.inside("columns")
    made.answer()
    made.sweep("answering", *NEVER, "texts to publish")
    made.finish()
    made.sweep("submitted", *NEVER, "texts to publish")
    after = made.inside("columns")
    yield _unchanged(before, after)
    sealed = made.inside("sealed")
    made.slots, made.bodies = [slot.encode() for slot in sealed["slots"]], sealed["bodies"]
    needles.add("slots", made.slots + [bytes.fromhex(slot.decode()) for slot in made.slots])
    needles.add("bodies", [form for body in made.bodies for form in storage.of_a_body(bytes.fromhex(body))])
    needles.add("receipts", [receipt.encode() for receipt in made.receipts])
    seen = len(storage.sweep(needles.only("slots"), storage.files_under(house.root), house.root)[1])
    yield Claim("While answers come in, the sweep sees each slot in the ballot store (control)",
                f"at least {len(made.slots)}", f"{seen}", POSTGRES or seen >= len(made.slots))  # fmt: skip
    house.jump("closes_at", "closed")
    shutil.copytree(house.root / "data/secrets", house.root.parent / "secrets-kept")
    made.sweep("closed", *NEVER, "texts to publish", "slots")
    house.turn("client", made.phrases["client"])
    made.sweep("one key", *NEVER, "texts to publish", "slots")
    house.turn("supplier", made.phrases["supplier"])
    house.until(lambda: house.state() == "open", "the opening")
    _look_at_everything(house)
    house.jobs_due()
    made.sweep("opened", *NEVER, "texts to publish", "slots")
    yield _published(made)
    house.jump("contest_until", "purged")
    house.until(lambda: made.inside("sealed")["bodies"] == [], "the destruction")
    time.sleep(1)
    made.sweep("purged", *NEVER, "texts to publish", "slots", "bodies", "receipts")
    yield from _swept(made)
    yield from _logs(made)
    beside = made.inside("beside_people", made.receipts)
    yield none_of("Rows that hold a receipt and something of a person", beside, len(made.receipts), "receipts")


def _look_at_everything(house: House) -> None:
    """Pages and files of the publication, which a careless server could leave among its temporary files."""
    for role in house.seed["roles"]:
        for leaf in ("", "report.pdf", "figures.xlsx", "limits/", "texts/"):
            house.signed_in(role, "GET", f"/reading/waves/{house.seed['wave']}/{leaf}")


def _unchanged(before: dict[str, str], after: dict[str, str]) -> Claim:
    """Beats, jobs and mails go on by themselves; the hour of the quorums is the one thing that answers change."""
    own = ("app_workerbeat.", "app_scheduledjob.", "app_outboxmail.", "reciproque_cache", "django_session.")
    moved = sorted(name for name in after if after[name] != before.get(name) and not name.startswith(own))
    kept = set(moved) <= {"app_wave.quorums_reached_at"}
    return Claim(
        "Columns of the main database that change while everybody answers",
        "none but the hour of the quorums",
        ", ".join(moved) or "none",
        kept,
    )


def _published(made: Campaign) -> Claim:
    """Once open, texts given for publication are in the main database and its copies, nowhere else."""
    house = (
        "data/reciproque.sqlite3",
        "backups/opened/default",
        "backups/purged/default",
        "cluster/base/",
        "cluster/pg_wal/",
    )
    hits = made.found("texts to publish", "opened", but=house)
    print([hit.place for _moment, hit in hits][:5], file=sys.stderr)
    return none_of("Places outside the publication that hold a text given for it, once open", len(hits),
                   made.read["opened"], "files")  # fmt: skip


def _swept(made: Campaign) -> Iterator[Claim]:
    for kind in NEVER:
        hits = made.found(kind)
        _tell(hits)
        files = sum(made.read.values())
        yield none_of(
            f"Hits at six moments: {kind}", len(hits), files, f"files for {len(made.needles.kinds[kind])} spellings"
        )
    before = ("answering", "submitted", "closed", "one key")
    early = made.found("texts to publish", *before)
    yield none_of(
        "Hits before the opening: texts given for publication", len(early), sum(made.read[m] for m in before), "files"
    )
    older = ("backups/answering", "backups/submitted", "cluster/pg_wal/")
    slots = made.found("slots", but=older)
    _tell(slots)
    yield none_of("Hits after closing: slots, but in older backups" + (" and pg_wal" if POSTGRES else ""), len(slots),
                  len(made.slots), "slots at four moments")  # fmt: skip
    older = tuple(f"backups/{moment.replace(' ', '-')}" for moment in MOMENTS[:-1])
    bodies = made.found("bodies", "purged", but=(*older, "cluster/pg_wal/"))
    _tell(bodies)
    yield none_of("Hits after the purge: sealed bytes, but in older backups" + (" and pg_wal" if POSTGRES else ""),
                  len(bodies), len(made.bodies), "ballots")  # fmt: skip
    if POSTGRES:
        left = {hit.needle for _moment, hit in made.found("slots") if hit.place.startswith("cluster/pg_wal/")}
        yield Claim("Slots left in PostgreSQL's own log after closing", "outside what the product can clean",
                    f"{len(left)} spellings of {2 * len(made.slots)}", True)  # fmt: skip
    spread = [
        one
        for one in made.found("receipts", "purged")
        if one[1].place.startswith(("logs/", "tmp/", "mail", "sessions"))
    ]
    yield none_of("Receipts in logs, mails, sessions, temporary files", len(spread), len(made.receipts), "receipts")


def _tell(hits: list[tuple[str, Hit]]) -> None:
    for moment, hit in hits[:6]:
        print(f"  {moment}: {hit.kind} in {hit.place}: {hit.needle[:40]!r}", file=sys.stderr)


def _logs(made: Campaign) -> Iterator[Claim]:
    house = made.house
    lines = [line for log in sorted((house.root / "logs").iterdir()) for line in log.read_bytes().splitlines()]
    own = f"http://127.0.0.1:{house.port}"
    told = storage.said_of_respondents(b"\n".join(lines), own, AGENT)
    for line in told[:5]:
        print(line, file=sys.stderr)
    yield none_of("Lines of the logs with an address, a browser or a respondent's page", len(told), len(lines), "lines")
    names = sorted(name for name in house.temporary)
    yield Claim("Temporary files that appeared in all that time", "none", ", ".join(names)[:80] or "none", not names)


def _after(made: Campaign) -> Iterator[Claim]:
    """Each older backup put back into the folder as it is now; then with the secrets of that time."""
    house, there, opened, good, control = made.house, 0, 0, 0, 0
    links = [person[-1] for person in made.people]
    for moment in MOMENTS[:-1]:
        done = house.installation.run("restore", made.backups[moment], "--replace", timeout=900)
        assert done.returncode == 0, done.stderr
        found = made.inside("ballots", made.phrases)
        there, opened = there + found["there"], opened + found["opened"]
        good += made.inside("links", links)
    yield none_of("Ballots of older backups that open after the purge, with both phrases", opened, there, "ballots")
    yield none_of("Links of the mails that lead anywhere on those backups", good, len(links) * 5, "links")
    shutil.copytree(house.root.parent / "secrets-kept", house.root / "data/secrets", dirs_exist_ok=True)
    control = made.inside("ballots", made.phrases)
    yield Claim("The same with the secrets folder kept aside before the purge (control)", f"{control['there']} opened",
                f"{control['opened']}", control["opened"] == control["there"] > 0)  # fmt: skip


HELD = ("place of the", "ctid", "xmin", "cmin", "as read", "long value")


def orders(campaigns: int, size: int) -> Iterator[Claim]:
    personas.functions()
    chance, seen = random.Random(13), list[tuple[order.Observed, order.Observed]]()
    for number in range(campaigns):
        before, after = order.campaign(size, chance)
        seen.append((before, after))
        if number % 10 == 9:
            print(f"{number + 1} campaigns", file=sys.stderr, flush=True)
    before, after = [one for one, _ in seen], [one for _, one in seen]
    what = f"{campaigns} campaigns of {size}"
    for when, observed in (("while answers come in", before), ("after closing", after)):
        joined = order.joins(observed)
        kept = order.kept(joined)
        print(when, *joined[:3], sep="\n  ", file=sys.stderr)
        yield none_of(
            f"Joins of people with ballots better than chance, {when}", len(kept), len(joined), f"joins, {what}"
        )
    found = order.verdicts(after)
    print("after", *found[:5], sep="\n  ", file=sys.stderr)
    kept = order.kept(found)
    yield none_of("Columns that keep the order of answering after closing", len(kept), len(found), f"columns, {what}")
    found = order.verdicts(before)
    told = [verdict.column for verdict in order.kept(found)]
    print("before", *found[:8], sep="\n  ", file=sys.stderr)
    foreign = [name for name in told if not (name.startswith("ballot") and any(place in name for place in HELD))]
    yield none_of("Columns that keep it while answers come in, but the places of sealed rows", len(foreign), len(found),
                  f"columns, {what}")  # fmt: skip
    yield Claim("The same statistics see the order of arrival in those places (control)", "seen",
                ", ".join(told) or "not seen", bool(told))  # fmt: skip


def votes(sessions: int, of_each: int) -> Iterator[Claim]:
    """Who took part in a vote is kept, for totals; not when."""
    personas.functions()
    chance = random.Random(17)
    found = order.verdicts([order.workshop(of_each, chance) for _ in range(sessions)])
    kept = order.kept(found)
    print("votes", *found[:3], sep="\n  ", file=sys.stderr)
    claim = "Columns that keep the order of voting once the votes of a workshop are counted"
    yield none_of(claim, len(kept), len(found), f"columns, {sessions} workshops of {2 * of_each}")


def _in_a_database_of_its_own() -> None:
    """The one wave of the house is not among those of this process."""
    import psycopg

    server, _slash, _name = os.environ["DATABASE_URL"].rpartition("/")
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute("CREATE DATABASE house")
    os.environ["DATABASE_URL"] = f"{server}/house"


def prove(full: bool) -> Iterator[Claim]:
    yield from orders(50 if full or not POSTGRES else 30, 30)
    yield from votes(12, 10)
    if POSTGRES:
        _in_a_database_of_its_own()
    with tempfile.TemporaryDirectory() as folder:
        yield from campaign(Path(folder) / "house", 15 if full else 10)


if __name__ == "__main__":
    run(prove)
