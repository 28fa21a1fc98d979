"""A world with a row in every table that holds words, everybody who may look at it, and everything that they can reach.

The attacks of the neighbours start here: fuzz.py sends requests to what was found, payloads.py and uploads.py say what
is sent. `poison` writes a text into every column that people can write in, whatever the forms would have said of it.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
import zlib
from collections import Counter
from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.apps import apps
from django.conf import settings
from django.core.cache import caches
from django.db import connection, connections, models, transaction
from django.test import Client
from django.urls import Resolver404, get_resolver, resolve

import personas
import promised
import wave_steps
import webs
import workshops
import worlds
from app.portfolio import world as portfolios
from consistency.test_urls import patterns
from reciproque.app.commitments.actions import calendars, changes, exposed
from reciproque.app.dialogue import urn
from reciproque.app.dialogue.actions import deck, live, minutes, proposals, sessions, voting
from reciproque.app.dialogue.actions.common import participant_actor
from reciproque.app.dialogue.models import Minutes, Participant
from reciproque.app.dialogue.queries.files import minutes_pdf
from reciproque.app.dialogue.queries.minutes import content_of as content_of_minutes
from reciproque.app.dialogue.queries.minutes import digest_of
from reciproque.app.directory.actions import organisations
from reciproque.app.directory.models import Account
from reciproque.app.network.actions import participation
from reciproque.app.network.tokens import address_of, secret_of
from reciproque.app.network.views import participation as ties_by_link
from reciproque.app.reading import actions as reading
from reciproque.app.shared.audit import actor
from reciproque.app.shared.models import AuditRecord
from reciproque.app.survey.urn import collect, tokens

SIDES = ("client", "supplier")


# ---------------------------------------------------------------- the world
@dataclass
class World:
    """Who may come, with the cookies that they carry, and the secret addresses that some were given."""

    visitors: dict[str, Client] = field(default_factory=dict)
    starts: dict[str, list[str]] = field(default_factory=dict)
    cookies: dict[str, dict[str, str]] = field(default_factory=dict)
    accounts: dict[str, int] = field(default_factory=dict)

    def enter(self, name: str, client: Client, *starts: str) -> None:
        client.raise_request_exception = False
        self.visitors[name], self.starts[name] = client, list(starts)
        self.cookies[name] = {key: morsel.value for key, morsel in client.cookies.items()}

    def sign_in(self, name: str, account: Account, *starts: str, language: str = "") -> None:
        client = Client(headers={"accept-language": language or account.language})
        client.force_login(account)
        self.accounts[name] = account.pk
        self.enter(name, client, "/", "/directory/", "/portfolio/", "/directory/account/", *starts)

    def sign_in_again(self, name: str) -> None:
        """For whoever was signed out on the way."""
        account = Account.objects.filter(pk=self.accounts.get(name), is_active=True).first()
        if account is not None:
            self.visitors[name].force_login(account)
            self.cookies[name] |= {key: morsel.value for key, morsel in self.visitors[name].cookies.items()}

    def client(self, name: str) -> Client:
        """The visitor's browser with the cookies of the beginning, whatever it met since."""
        client = self.visitors[name]
        client.cookies.clear()
        for key, value in self.cookies[name].items():
            client.cookies[key] = value
        return client


def build(*, language: str = "en", demonstration: bool = False) -> World:
    """Four relationships, each at another moment of everything that the product does."""
    world = World()
    if demonstration:
        _stories(world)
    first, second, third, fourth = (personas.cast(people=5) for _ in range(4))
    _collecting(world, first)
    _live(world, second)
    _over(world, third)
    _choosing(world, fourth)
    for place, cast in enumerate((first, second, third, fourth)):
        for role in ("client_sponsor", "supplier_sponsor", "facilitator", "supplier_member"):
            world.sign_in(f"{role} {place}", getattr(cast, role), language=language)
    world.sign_in("observer", third.observer, language=language)
    world.sign_in("client deputy", third.client_deputy, language=language)
    world.sign_in("outsider", first.outsider, language=language)
    world.sign_in("host administrator", first.host_admin, language=language)
    world.enter("anonymous", Client(headers={"accept-language": language}), *_public())
    return world


def _public() -> list[str]:
    return [
        "/accounts/login/",
        "/r",
        "/r/again",
        "/receipt/",
        "/d",
        "/accounts/password/reset/",
        "/gallery/",
        "/health",
    ]


def _stories(world: World) -> None:
    from reciproque.demo import load

    load.load()
    chosen = (
        "helene.",
        "claire.aubrac",
        "bastien.",
        "solene.",
        "maud.",
        "blanche.",
        "presidente.",
        "arnaud.",
        "denis.",
    )
    for account in Account.objects.order_by("pk"):
        if account.email.startswith(chosen):
            world.sign_in(account.email.split("@")[0], account)


def _collecting(world: World, cast: personas.Cast) -> None:
    """A wave that takes answers, a workshop that votes, a portfolio, ties with a link, promises being made."""
    made = wave_steps.collecting(cast)
    phone = Client()
    phone.post("/r", {"token": collect.invitation_token(made.wave.pk, made.invitations("client")[0])})
    world.enter("respondent", phone, "/r/promise", "/r/answer/1", "/r/receipt")
    voting_room = workshops.voting_open(cast)
    _phone(world, "voter", voting_room.participants.filter(side="client").first(), "/d/vote")
    web = webs.Web(cast)
    web.both_say("Alice Client", "Boris Supplier", subject="parts", email="boris@example.test")
    web.says("client", "Ada Client", "Bill Supplier", shown="own", subject="plans")
    by = actor(cast.client_sponsor)
    link = participation.make_link(
        by=by, relationship=cast.relationship, side="client", person=web.people["Ada Client"]
    )
    participation.mail_link(by=by, link=link)
    participation.answer_link(
        by=participation.key_person(link),
        link=link,
        added=[participation.Added("weekly", name="Nina New", subject="x")],
    )
    world.enter("key person", Client(), urlsplit(address_of(secret_of(link.key))).path)
    promises = promised.Promises(cast)
    promises.offered()
    changes.ask_release(by=actor(cast.client_member), commitment=promises.open(), why="Another way was found")
    promises.settled("kept")
    broken = promises.settled("broken")
    person = cast.relationship.client.people.first()
    exposed.name_exposed(
        by=actor(cast.client_sponsor), commitment=broken, person=person, defended="The choice", gesture="A visit"
    )
    account = cast.client_member
    feed = calendars.make_calendar_address(by=actor(account), account=account)
    world.enter("calendar program", Client(), f"/commitments/calendar/{feed}.ics")
    of = portfolios.ranked(cast.relationship.client)
    by = actor(cast.client_sponsor)
    portfolios.partner(of, "Partner One", (3, 1, 2, 3, 3, 1), amount=500, category="castings", by=by)


def _live(world: World, cast: personas.Cast) -> None:
    """A wave in the making, a room that debates, ties declared by one side."""
    wave_steps.draft(cast)
    by = actor(cast.facilitator)
    room = workshops.revealed(cast)
    statements = list(room.statements.all())
    for statement in statements:
        voting.show_statement(by=by, statement=statement)
    for step in (1, 2, 3):
        live.look_ahead(by=by, session=room, step=step)
        live.open_step(by=by, session=room)
    people = {side: room.participants.filter(side=side).first() for side in SIDES}
    made = proposals.propose(
        by=participant_actor(people["client"]), session=room, statement=statements[0], condition="If plans are shared",
        action="we answer in ten days", proof="dated mails", owed_by="supplier", effort_client="none",
        effort_supplier="light", author=people["client"], partner=people["supplier"],
    )  # fmt: skip
    by_name = participant_actor(people["supplier"])
    proposals.object_to(by=by_name, proposal=made, participant=people["supplier"], reason="Not in summer")
    for participant in people.values():
        participant.session = room
        live.write_note(participant=participant, step=3, place=0, key="k" * 24 + participant.side, text="A remark")
    for side, participant in people.items():
        _phone(world, f"phone of the {side}", participant, "/d/live")
    webs.Web(cast).says("client", "Alice Client", "Boris Supplier", subject="parts")


def _over(world: World, cast: personas.Cast) -> None:
    """A reading with texts, a workshop whose minutes are amended."""
    by = actor(cast.facilitator)
    client = cast.relationship.client
    organisations.change_organisation(
        by=by, organisation=client, name=client.name, registration_number="552 100 554", country=client.country
    )
    client.people.update(phone="+33 1 23 45 67 89")
    opened = worlds.opened(cast.relationship, numbers=(8, 9), texts=3)
    worlds.add_texts(opened.publication, 2, destiny="facilitator", start=3)
    worlds.add_texts(opened.publication, 2, destiny="reword", start=10)
    for text in opened.publication.texts.filter(destiny="reword"):
        reading.reword_text(by=by, text=text, reworded="Said otherwise")
    ended = workshops.revealed(cast)
    sessions.end(by=actor(cast.facilitator), session=ended)
    participant = ended.participants.filter(side="supplier").first()
    by = participant_actor(participant)
    minutes.amend(by=by, session=ended, side="supplier", text="We said more", participant=participant)
    minutes.answer_amendment(by=actor(cast.facilitator), amendment=ended.amendments.get(), answer="Added")
    _phone(world, "phone of the minutes", participant, "/d/minutes")


def _choosing(world: World, cast: personas.Cast) -> None:
    """A workshop whose sentences are handed in, kept, left out and asked to be removed."""
    choosing = workshops.signed(cast)
    people = workshops.invite(cast, choosing)
    keys = [
        deck.deposit_statement(session=choosing, side=side, text=f"They never {word}", language="en")
        for side in SIDES
        for word in ("listen", "come", "answer")
    ]
    waiting = list(choosing.statements.filter(state="deposited"))
    by = actor(cast.facilitator)
    assert len(keys) == len(waiting) == 6
    deck.keep_statement(
        by=by, statement=waiting[0], text_fr="Ils viennent", text_en="They come", reason="unclear", remark="Shorter"
    )
    deck.withhold_statement(by=by, statement=waiting[1], reason="unclear", remark="Twice the same")
    drawn = workshops.draw_up(cast, choosing)
    by = actor(cast.supplier_sponsor)
    request = deck.ask_removal(by=by, statement=drawn[0], why="It names somebody")
    deck.answer_removal(by=actor(cast.facilitator), asked=request, granted=False, answer="It names nobody")
    deck.ask_removal(by=by, statement=drawn[1], why="It names somebody else")
    _phone(world, "phone of the deck", people["client"][0], "/d/deck")


def _phone(world: World, name: str, participant: Participant, *starts: str) -> None:
    participant = Participant.objects.select_related("session").get(pk=participant.pk)
    client = Client()
    client.post("/d", {"token": tokens.show(urn.token_of(participant))})
    world.enter(name, client, *starts)


def forget_visits() -> None:
    """Each look starts with the whole allowance of tries."""
    for allowance in (ties_by_link.strangers, ties_by_link.answers):
        allowance.clear()


# ---------------------------------------------------------------- saved and put back (SQLite files)
class Saved:
    """The data folder as it stood: databases, keys and secrets."""

    def __init__(self, aside: Path) -> None:
        self.aside = aside
        self._copied(settings.DATA_DIR, aside)

    def put_back(self) -> None:
        self._copied(self.aside, settings.DATA_DIR)
        forget_visits()

    @staticmethod
    def _copied(source: Path, target: Path) -> None:
        for one in connections.all():
            if source == settings.DATA_DIR:
                with one.cursor() as cursor:
                    cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            one.close()
        target.mkdir(exist_ok=True)
        for left in target.glob("*.sqlite3*"):
            left.unlink()
        for file in source.glob("*.sqlite3"):
            shutil.copyfile(file, target / file.name)
        shutil.rmtree(target / "secrets", ignore_errors=True)
        shutil.copytree(source / "secrets", target / "secrets")


# ---------------------------------------------------------------- a page as a browser understands it
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
LINKS = {"href", "src", "action", "formaction", "xlink:href", "data", "poster", "background", "ping", "srcset"}
ASKING = ("hx-get", "hx-post", "data-url", "data-href")
RUNS = re.compile(r"[\x00-\x20]*(?:j\s*a\s*v\s*a|v\s*b)\s*s\s*c\s*r\s*i\s*p\s*t\s*:|[\x00-\x20]*data:(?!image/)", re.I)


@dataclass
class Form:
    """A form as the page gives it: (name, kind, value, choices) of each field."""

    action: str
    method: str
    kind: str
    fields: list[tuple[str, str, str, tuple[str, ...]]] = field(default_factory=list)


class Page(HTMLParser):
    """Its elements with the names of their attributes, its links and forms, and what could run."""

    def __init__(self, text: str, address: str = "/") -> None:
        super().__init__(convert_charrefs=True)
        self.address, self.elements, self.running = address, Counter[str](), list[str]()
        self.links: list[str] = []
        self.forms: list[Form] = []
        self.words: list[str] = []
        self._form: Form | None = None
        self._select: tuple[str, list[str]] | None = None
        self._data = False  # within a script that holds data, which its page reads
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.elements[f"{tag} {' '.join(sorted(given))}"] += 1
        self._hazards(tag, given)
        self._data = tag == "script" and given.get("type") == "application/json"
        self.links += [
            given[name] for name in ("href", *ASKING) if name in given and tag not in ("link", "use", "image")
        ]
        if tag == "form":
            action = given.get("action") or given.get("hx-post") or self.address
            self._form = Form(action, given.get("method", "get").lower(), given.get("enctype", ""))
            self.forms.append(self._form)
        elif self._form is not None:
            self._field(tag, given)

    def _hazards(self, tag: str, given: dict[str, str]) -> None:
        if tag in ("script", "iframe", "object", "embed", "base", "frame", "applet") and not self._own_script(
            tag, given
        ):
            self.running.append(f"<{tag}>")
        for name, value in given.items():
            if name.startswith("on") or name in ("style", "srcdoc"):
                self.running.append(f"{tag} {name}")
            if name in LINKS and RUNS.match(value):
                self.running.append(f"{tag} {name}={value[:40]}")

    @staticmethod
    def _own_script(tag: str, given: dict[str, str]) -> bool:
        return tag == "script" and (
            given.get("src", "").startswith("/static/") or given.get("type") == "application/json"
        )

    def _field(self, tag: str, given: dict[str, str]) -> None:
        assert self._form is not None
        name = given.get("name", "")
        if tag == "select":
            self._select = (name, [])
        elif tag == "option" and self._select is not None:
            self._select[1].append(given.get("value", ""))
        elif tag in ("input", "textarea", "button") and name:
            kind = given.get("type", "text") if tag != "textarea" else "textarea"
            self._form.fields.append((name, kind, given.get("value", ""), ()))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select" and self._select is not None:
            name, choices = self._select
            if self._form is not None and name:
                self._form.fields.append((name, "select", choices[0] if choices else "", tuple(choices)))
            self._select = None

    def handle_data(self, data: str) -> None:
        self.words += _strings(json.loads(data)) if self._data and data.strip() else [data]

    def handle_comment(self, data: str) -> None:
        self.elements[f"!-- {len(data) > 0}"] += 1


def _strings(data: object) -> Iterator[str]:
    """All the words that data holds."""
    if isinstance(data, dict):
        data = [*data, *data.values()]
    if isinstance(data, list):
        for one in data:
            yield from _strings(one)
    elif isinstance(data, str):
        yield data


def content_of(response: object) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[attr-defined]


def page_of(response: object, address: str = "/") -> Page | None:
    if "html" not in response.headers.get("Content-Type", ""):  # type: ignore[attr-defined]
        return None
    return Page(content_of(response).decode("utf-8", "replace"), address)


# ---------------------------------------------------------------- everything within reach
ENOUGH = 3  # addresses of a kind, after which each further visitor looks at one only
NOT_FOLLOWED = re.compile(r"/static/|/accounts/logout/|/i18n/|/directory/persona/")


@dataclass(frozen=True)
class Reached:
    """An address that opens for a visitor, its name, and the forms on it."""

    visitor: str
    address: str
    name: str
    forms: tuple[Form, ...]
    status: int = 200


def name_of(address: str) -> str:
    try:
        return resolve(unquote(urlsplit(address).path)).url_name or ""
    except Resolver404:
        return ""


def crawl(world: World, *, most: int = 200, same: int = 3) -> list[Reached]:
    """Follow the links of everybody, at most `same` addresses of one kind each: a page of a list is like the next."""
    found: list[Reached] = []
    for name in world.visitors:
        met = Counter(one.name for one in found)
        found += _walk(world, name, most, {kind: 1 if met[kind] > ENOUGH else same for kind in everything_named()})
    return found


def _walk(world: World, visitor: str, most: int, same: dict[str, int]) -> Iterator[Reached]:
    waiting, seen, kinds = list(world.starts[visitor]), set[str](), Counter[str]()
    while waiting and len(seen) < most:
        address = waiting.pop(0)
        kind = name_of(address)
        if (
            address in seen
            or NOT_FOLLOWED.match(address)
            or not address.startswith("/")
            or kinds[kind] >= same.get(kind, 1)
        ):
            continue
        seen.add(address)
        kinds[kind] += 1
        response = world.client(visitor).get(address)
        page = page_of(response, address)
        yield Reached(visitor, address, kind, tuple(page.forms) if page else (), response.status_code)
        if response.status_code in (301, 302):
            waiting.append(_local(response.headers["Location"], address))
        if page is not None:
            waiting += [_local(link, address) for link in page.links] + [
                _local(form.action, address) for form in page.forms if form.method == "get"
            ]


def _local(link: str, address: str) -> str:
    if link.startswith("?"):
        return urlsplit(address).path + link
    path = link.split("#")[0]
    return path if path.startswith("/") and not path.startswith("//") else ""


def files_of(reached: Sequence[Reached]) -> dict[str, Reached]:
    """One way to each export: the address and somebody who may have it."""
    found: dict[str, Reached] = {}
    for one in reached:
        if one.status == 200 and re.search(r"\.(csv|xlsx|pdf|ics|json)$|/record/$", urlsplit(one.address).path):
            found.setdefault(one.address, one)
    return found


def everything_named() -> set[str]:
    return {name for name, _route in patterns(get_resolver()) if name}


# ---------------------------------------------------------------- a text in every column that people write in
# Codes, keys, digests and words of the product itself: nobody types them, and the product reads them back.
NOT_TYPED = re.compile(
    r"(^|_)(key|hash|digest|token|code|state|status|kind|side|language|country|currency|email|recipient|once|holder|root"
    r"|slot|draw|chair|form|word|level|source|scale|change_criterion|activity|frequency|shown|folded_name|matched_name"
    r"|instrument_\w+|last_error|prompt|siren|vat|set_by|password|item|group|room_code|step|action)$"
)
OURS = "app"
NO_WORDS = ("ballot", "sealed_ballot", "shut_urn", "app_scheduledjob")


def written_columns() -> list[tuple[type[models.Model], models.Field]]:  # type: ignore[type-arg]
    """Every column in which the words of a person can stand."""
    found = []
    for model in apps.get_app_config(OURS).get_models():
        if model._meta.db_table in NO_WORDS:
            continue
        for one in model._meta.concrete_fields:
            typed = isinstance(one, (models.CharField, models.TextField)) and not one.choices
            if typed and not NOT_TYPED.search(one.name):
                found.append((model, one))
    return found


Said = Callable[[str, int], str]


@transaction.atomic
def poison(text: Said, *, fit: bool = False, only: Container[str] | None = None) -> Counter[str]:
    """Write `text(column, row)` into every such column of every row, past every form; says how many of each.

    `fit` cuts it to the length of the column, as every form does, and ends it with the row, so that no two are the
    same; `only` names the tables.
    """
    written: Counter[str] = Counter()
    with connection.cursor() as cursor:
        for model, column in written_columns():
            if only is not None and model.__name__ not in only:
                continue
            table, name = model._meta.db_table, column.column
            primary = model._meta.pk.column
            where = f" WHERE \"{name}\" <> ''" if column.blank else ""
            cursor.execute(f'SELECT "{primary}" FROM "{table}"{where} ORDER BY "{primary}"')
            rows = [pk for (pk,) in cursor.fetchall()]
            label = f"{model.__name__}.{column.name}"
            most = (column.max_length if fit else None) or sys.maxsize
            cursor.executemany(
                f'UPDATE "{table}" SET "{name}" = %s WHERE "{primary}" = %s',
                [(_cut(text(label, pk), most, f" {pk}"), pk) for pk in rows],
            )
            written[label] += len(rows)
    if only is None:
        _in_records(text)
        _in_minutes()
    caches["frozen"].clear()  # names are remembered for a minute: the next look must meet these
    return written


def _cut(text: str, most: int, end: str) -> str:
    return text if len(text) <= most else text[: most - len(end)] + end


def _in_records(text: Said) -> None:
    """Words that a record of the log carries beside its subject."""
    for record in AuditRecord.objects.exclude(data={}):
        said = {
            name: text(f"AuditRecord.data.{name}", record.pk) if isinstance(value, str) and " " in value else value
            for name, value in record.data.items()
        }
        if said != record.data:
            AuditRecord.objects.filter(pk=record.pk).update(data=said)


def _in_minutes() -> None:
    """Minutes are words set down from the tables: they are set down again."""
    for row in Minutes.objects.select_related("session"):
        row.content = content_of_minutes(row.session)
        if row.digest:
            row.digest = digest_of(row.content)
            row.pdf_fr, row.pdf_en = (minutes_pdf(row, language) for language in ("fr", "en"))
        row.save()


def benign(label: str, row: int) -> str:
    """A plain text, another one in each row."""
    return f"Plain words {zlib.crc32(label.encode())}.{row}"
