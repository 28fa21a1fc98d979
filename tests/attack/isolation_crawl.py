"""Everything that one visitor can reach, pages, documents, feeds, exports, read as text and searched for marks."""

from __future__ import annotations

import io
import re
import zipfile
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import urljoin, urlsplit

from django.core import mail
from django.core.cache import cache
from django.db import models
from django.http import HttpResponse
from django.test import Client
from django.urls import get_resolver
from pypdf import PdfReader

from attack.isolation_world import ACCOUNTS, World, marks_in
from consistency.test_urls import patterns
from reciproque.app.commitments.actions.reminders import queue_digests
from reciproque.app.commitments.models import Commitment, ExposedSponsor
from reciproque.app.dialogue.actions.deck import ask_removal
from reciproque.app.dialogue.models import Amendment, Participant, Proposal, RemovalRequest, Session, Statement
from reciproque.app.dialogue.views.live_console import VERBS
from reciproque.app.directory.models import Account, Organisation, Person, Relationship
from reciproque.app.network.models import Declaration, TieLink, WaitingTie
from reciproque.app.network.views import participation
from reciproque.app.portfolio.models import Partner, Portfolio
from reciproque.app.reading.models import PublishedText
from reciproque.app.shared import clock
from reciproque.app.shared.audit import actor
from reciproque.app.shared.views import wrong_codes
from reciproque.app.shared.vocabulary import SIDES
from reciproque.app.shared.worker import beat, new_holder
from reciproque.app.survey.actions.delivery import send_due_mails
from reciproque.app.survey.actions.invitations import queue_account_invitations, queue_log_heads
from reciproque.app.survey.models import OutboxMail, Wave
from reciproque.app.survey.views import send_again

LINK = re.compile(r"""(?:href|action|src|hx-get|hx-post|formaction)\s*=\s*["']([^"'#]+)""")
BREAKS = re.compile(r"[\s\u00ad\u2010-]+")
MOST_QUERIES = 8  # of one path, followed as links

# What stands in an address: the beginning of the route, the parameter, the rows whose key fills it.
KINDS: tuple[tuple[str, str, type[models.Model]], ...] = (
    ("directory/organisations/", "key", Organisation),
    ("directory/people/", "key", Person),
    ("directory/import/", "key", Organisation),
    ("directory/export/", "key", Organisation),
    ("directory/relationships/", "account_key", Account),
    ("directory/relationships/", "key", Relationship),
    ("directory/accounts/", "key", Account),
    ("directory/persona/", "key", Account),
    ("portfolio/partners/", "key", Partner),
    ("portfolio/", "key", Portfolio),
    ("network/links/", "key", TieLink),
    ("network/waiting/", "key", WaitingTie),
    ("network/ties/", "key", Declaration),
    ("network/", "key", Relationship),
    ("r/chair/", "key", Relationship),
    ("survey/waves/", "person", Person),
    ("survey/waves/", "key", Wave),
    ("survey/mails/", "key", OutboxMail),
    ("survey/", "key", Relationship),
    ("reading/waves/", "key", Wave),
    ("reading/texts/", "key", PublishedText),
    ("reading/", "key", Relationship),
    ("commitments/promises/", "key", Commitment),
    ("commitments/exposed/", "key", ExposedSponsor),
    ("commitments/", "key", Relationship),
    ("dialogue/sessions/", "person", Participant),
    ("dialogue/sessions/", "statement", Statement),
    ("dialogue/sessions/", "remark", Amendment),
    ("dialogue/sessions/", "number", RemovalRequest),
    ("dialogue/sessions/", "key", Session),
    ("dialogue/", "key", Relationship),
    ("d/live/proposals/", "key", Proposal),
)
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")


def kind_of(route: str, parameter: str) -> type[models.Model] | None:
    for start, name, model in KINDS:
        if route.lstrip("/").startswith(start) and name == parameter:
            return model
    return None


@dataclass(frozen=True)
class Thing:
    """A row that has a public name, and who may know of it (a word of the world's marks)."""

    model: type[models.Model]
    key: str
    readers: str


def things(world: World) -> list[Thing]:
    """Every row that an address can name, with its readers."""
    bonds = {bond.relationship.pk: bond for bond in (world.ab, world.bc)}
    for bond in (world.ab, world.bc):
        bonds |= {other.pk: bond for other in bond.others}
    engaged: dict[int, str] = {}
    letters = {company.pk: letter for company, letter in zip((world.a, world.b, world.c, world.d), "abcd", strict=True)}
    for relationship in Relationship.objects.exclude(pk__in=bonds):
        engaged[relationship.supplier_id] = f"e{letters[relationship.client_id]}"
    return [
        Thing(
            model,
            _key(row),
            engaged.get(row.pk) if model is Organisation and row.pk in engaged else readers(row, bonds, letters),
        )
        for model in _models()
        for row in model.objects.all()
    ]


def _models() -> list[type[models.Model]]:
    return sorted({model for _start, _name, model in KINDS}, key=lambda model: model.__name__)


def _key(row: models.Model) -> str:
    return str(getattr(row, "key", row.pk))


def readers(row: models.Model, bonds: dict, letters: dict[int, str]) -> str:
    """Whose a row is: the readers of its page or of its documents."""
    return _of_a_company(row, letters) or _of_a_side(row, bonds) or _of_both(row, bonds, letters)


def _of_a_company(row: models.Model, letters: dict[int, str]) -> str:
    match row:
        case Organisation():
            return f"p{letters[row.pk]}"
        case Person():
            return f"p{letters[row.organisation_id]}"
        case Account():
            return f"p{letters[row.organisation_id]}" if row.organisation_id else "somebody"
        case Portfolio() | ExposedSponsor():
            return f"o{letters[row.organisation_id]}"
        case Partner():
            return f"o{letters[row.portfolio.organisation_id]}"
    return ""


def _of_a_side(row: models.Model, bonds: dict) -> str:
    match row:
        case Declaration() | TieLink():
            return _side(bonds, row.relationship_id, row.side, told=isinstance(row, TieLink))
        case WaitingTie():
            return _side(bonds, row.link.relationship_id, row.link.side, told=False)
        case PublishedText():
            return f"f{_bond(bonds, row.publication.wave.relationship_id)}"
    return ""


def _of_both(row: models.Model, bonds: dict, letters: dict[int, str]) -> str:
    match row:
        case Relationship():
            return bonds[row.pk].name if row.pk in bonds else f"e{letters[row.client_id]}"
        case Wave() | Commitment() | Session():
            return _bond(bonds, row.relationship_id)
        case OutboxMail():
            return _bond(bonds, row.wave.relationship_id) if row.wave else "nobody"
        case Participant() | Statement() | Amendment() | Proposal():
            return _bond(bonds, row.session.relationship_id)
        case RemovalRequest():
            return _bond(bonds, row.statement.session.relationship_id)
    raise TypeError(row)


def _bond(bonds: dict, pk: int) -> str:
    return str(bonds[pk].name)


def _side(bonds: dict, pk: int, side: str, *, told: bool) -> str:
    _both, client, client_told, supplier, supplier_told = bonds[pk].marks
    return {("client", 0): client, ("client", 1): client_told, ("supplier", 0): supplier}.get(
        (str(side), int(told)), supplier_told
    )


# ---------------------------------------------------------------- addresses
def routes() -> list[tuple[str, str]]:
    """Every address of the product and of the sign-in library: name and route."""
    return list(patterns(get_resolver()))


def filled(route: str, everything: list[Thing], *, most: int = 0) -> Iterator[tuple[str, Thing | None]]:
    """The route with real keys of the right kind: all of them, or the first `most` of each kind of reader."""
    names = PARAMETER.findall(route)
    first = next((name for name in names if kind_of(route, name)), None)
    if first is None:
        yield _rest(route), None
        return
    seen: dict[str, int] = {}
    for thing in everything:
        if thing.model is not kind_of(route, first):
            continue
        seen[thing.readers] = seen.get(thing.readers, 0) + 1
        if not most or seen[thing.readers] <= most:
            yield _rest(re.sub(rf"<(?:\w+:)?{first}>", thing.key, route)), thing


def _rest(route: str) -> str:
    """Parameters that name no row, and second keys left to the tests that know them."""
    chosen = {"side": SIDES[0], "what": next(iter(VERBS)), "number": "1", "place": "1"}
    address = PARAMETER.sub(lambda found: chosen.get(found[1], "zzzzzzzzzzzz"), route)
    return re.sub(r"\(\?P<\w+>[^)]*\)", "zzzz", address).replace("^", "").replace("$", "").replace("\\Z", "")


# ---------------------------------------------------------------- visitors
def quiet() -> None:
    """Each look starts with the whole allowance of requests."""
    for visits in (participation.strangers, participation.answers, send_again.visits, wrong_codes):
        visits.clear()
    cache.clear()


def visitor(world: World, who: str) -> Client:
    client = Client(raise_request_exception=False)
    if who in ACCOUNTS:
        client.force_login(world.accounts[who])
    elif who.endswith("_respondent"):
        client.post("/r", {"token": world.links[who]})
    elif who.endswith("_phone"):
        client.post("/d", {"token": world.links[who]})
    return client


def doors(world: World, who: str) -> list[str]:
    """Where a visitor begins, besides the addresses of the table."""
    if who.endswith("_key_person"):
        return [f"/r/ties/{world.links[who]}", f"/r/ties/{world.links[who]}?in=en"]
    if who == "a_calendar":
        return [f"/commitments/calendar/{world.links[who]}.ics"]
    return ["/"]


# ---------------------------------------------------------------- reading
def text_of(response: HttpResponse) -> str:
    """All that an answer says, headers included, whatever its kind."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    kind = response.headers.get("Content-Type", "")
    headers = " ".join(f"{name}: {value}" for name, value in response.headers.items())
    cookies = " ".join(f"{name}={morsel.value}" for name, morsel in response.cookies.items())
    return f"{headers}\n{cookies}\n{content_of(body, kind)}"


def content_of(body: bytes, kind: str) -> str:
    if "pdf" in kind:
        whole = PdfReader(io.BytesIO(body))
        words = " ".join(page.extract_text() for page in whole.pages) + str(whole.metadata)
        return BREAKS.sub("", words)
    if "spreadsheetml" in kind or "zip" in kind:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            return " ".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())
    text = body.decode("utf-8", "replace")
    return text.replace("\r\n ", "") if "calendar" in kind else unescape(text) if "html" in kind else text


@dataclass
class Walk:
    """What one visitor met."""

    who: str
    pages: int = 0
    documents: int = 0
    seen: set[tuple[str, str]] = field(default_factory=set)  # (mark, readers)
    leaks: dict[tuple[str, str], str] = field(default_factory=dict)  # (mark, readers) -> where first
    broken: list[tuple[str, int]] = field(default_factory=list)
    keys: dict[str, str] = field(default_factory=dict)  # keys of rows that are not the visitor's -> where
    pages_with_forms: dict[str, str] = field(default_factory=dict)  # address -> page

    def note(self, address: str, response: HttpResponse, knows: frozenset[str], foreign: dict[str, Thing]) -> str:
        text = text_of(response)
        self.pages += response.status_code == 200
        self.documents += response.status_code == 200 and "html" not in response.headers.get("Content-Type", "")
        if response.status_code >= 500:
            self.broken.append((address, response.status_code))
        found = marks_in(text)
        self.seen |= found
        for one in found:
            if one[1] not in knows:
                self.leaks.setdefault(one, address)
        if foreign and response.status_code == 200:
            for key in set(re.findall(r"(?<![\w-])[2-9a-hjkmnp-z]{12}(?![\w-])", text)) & foreign.keys():
                if key not in address:
                    self.keys.setdefault(key, address)
        return text


def walk(world: World, who: str, everything: list[Thing], *, most: int = 0, most_pages: int = 4000) -> Walk:
    """From the front door along every link, then to every address of the table with the keys of every company."""
    client, found, knows = visitor(world, who), Walk(who), world.knows(who)
    foreign = {one.key: one for one in everything if one.readers not in knows and _named_by_key(one)}
    waiting, listed = deque(doors(world, who)), deque(_table(everything, most))
    known, queries = set(waiting), dict[str, int]()
    done = 0
    while (waiting or listed) and done < most_pages:
        if waiting:
            address = waiting.popleft()
        elif (address := listed.popleft()) in known:
            continue
        known.add(address)
        if done % 200 == 0:
            quiet()
        done += 1
        response = client.get(address)
        text = found.note(address, response, knows, foreign)
        if response.status_code == 200 and 'method="post"' in text:
            found.pages_with_forms[address] = text
        if response.status_code not in (200, 301, 302):
            continue
        nexts = [response.headers["Location"]] if "Location" in response.headers else []
        if "html" in response.headers.get("Content-Type", ""):
            nexts += LINK.findall(text)
        for one in nexts:
            to = _inside(address, one, queries)
            if to and to not in known:
                known.add(to)
                waiting.append(to)
    return found


def _named_by_key(thing: Thing) -> bool:
    """Two companies read the names of their keyholders: the key of an account says no more."""
    return len(thing.key) == 12 and thing.model is not Account


def _table(everything: list[Thing], most: int) -> list[str]:
    return [
        address
        for _name, route in routes()
        for address, _thing in filled(route, everything, most=most)
        if not address.startswith("/accounts/logout")
    ]


def _inside(here: str, link: str, queries: dict[str, int]) -> str:
    """The address on this site that a link leads to; empty for files, other sites, and one list too many."""
    parts = urlsplit(urljoin(f"http://testserver{here}", unescape(link)))
    if parts.netloc != "testserver" or parts.path.startswith(("/static/", "/accounts/logout")):
        return ""
    if parts.query:
        queries[parts.path] = queries.get(parts.path, 0) + 1
        if queries[parts.path] > MOST_QUERIES:
            return ""
    return parts.path + (f"?{parts.query}" if parts.query else "")


def letters(world: World) -> tuple[int, int]:
    """Every mail, sent and held against what its recipient may know: how many, and how many do wrong."""
    for job in (queue_account_invitations, queue_log_heads, queue_digests):
        with clock.at(clock.now().replace(hour=10)):
            job()
    mail.outbox = []
    holder = new_holder()
    beat(holder)
    while send_due_mails(holder=holder):
        beat(holder)
    wrong = 0
    for sent in mail.outbox:
        known = _recipient(world, sent.to[0].split("<")[-1].rstrip(">"))
        found = marks_in(BREAKS.sub("", f"{sent.subject} {sent.body} {sent.alternatives}"))
        wrong += any(readers not in known for _mark, readers in found)
    return len(mail.outbox), wrong


def _recipient(world: World, address: str) -> frozenset[str]:
    """What the holder of an address may know: an account, or a person by their link."""
    for name, account in world.accounts.items():
        if account.email == address.lower():
            return world.knows(name)
    person = Person.objects.get(email=address.lower())
    letter = {world.a.pk: "a", world.b.pk: "b", world.c.pk: "c"}[person.organisation_id]
    return world.knows({"a": "a_respondent", "b": "b_sponsor", "c": "c_respondent"}[letter]) | {f"p{letter}"}


def requests_of_removal(world: World) -> None:
    """A sponsor asks that a sentence be taken out: the world holds one such request per deck."""
    for bond in (world.ab, world.bc):
        statement = bond.sessions["deck"].statements.filter(state="kept").first()
        ask_removal(by=actor(bond.cast.client_sponsor), statement=statement, why="It names somebody.")
