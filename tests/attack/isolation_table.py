"""What every address answers to every kind of visitor: said here by hand, held against what it does."""

from __future__ import annotations

import re
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator

from django.db import transaction
from django.http import HttpResponse
from django.test import Client

from attack.isolation_crawl import PARAMETER, kind_of, quiet, routes, visitor
from attack.isolation_world import ACCOUNTS, World
from reciproque.app.commitments.models import ExposedSponsor
from reciproque.app.directory.models import Person
from reciproque.app.network.models import Declaration, TieLink, WaitingTie
from reciproque.app.portfolio.models import Partner, Portfolio
from reciproque.app.reading.models import PublishedText
from reciproque.app.survey.models import OutboxMail

# The moment at which an address has something to do: the wave or the workshop that stands there.
WAVES = {
    "draft": "wave-settings wave-people wave-declare wave-start-sealing wave-links-by-hand",
    "sealing": "wave-seal wave-seal-confirm wave-back-to-draft",
    "collecting": "wave wave-late wave-extend wave-close wave-cancel wave-outbox wave-mail-check invitation-link",
    "closed": "wave-open",
    "open": "",
}
SESSIONS = {
    "mandate": "workshop-mandate workshop-sign",
    "deck": "workshop workshop-people workshop-links workshop-person-remove workshop-person-link workshop-deck "
    "workshop-deck-close workshop-forecasts workshop-moderate workshop-ask-removal workshop-answer-removal "
    "workshop-open-voting workshop-cancel rehearse rehearsal-erase",
    "ready": "workshop-seal workshop-begin workshop-preview workshop-equity workshop-reveal",
    "live": "room room-now console console-now console-do",
    "minutes": "workshop-remark-answer",
    "frozen": "",
}


def _stage(table: dict[str, str], name: str) -> str:
    return next((stage for stage, names in table.items() if name in names.split()), list(table)[-1])


def subject(world: World, name: str, route: str) -> str:
    """The address of that name with keys of the relationship A-B, on A's side where a side matters."""
    bond = world.ab
    session = bond.sessions[_stage(SESSIONS, name)]
    wave = bond.waves[_stage(WAVES, name)]
    relationship = bond.relationship
    rows = {
        "Organisation": lambda: world.a,
        "Person": lambda: (
            Person.objects.filter(invitations__wave=wave, organisation=world.a).first() or world.a.people.first()
        ),
        "Account": lambda: world.accounts["a_member"],
        "Relationship": lambda: relationship,
        "Partner": lambda: Partner.objects.filter(portfolio__organisation=world.a).first(),
        "Portfolio": lambda: Portfolio.objects.get(organisation=world.a),
        "TieLink": lambda: TieLink.objects.get(relationship=relationship),
        "WaitingTie": lambda: WaitingTie.objects.get(link__relationship=relationship),
        "Declaration": lambda: Declaration.objects.filter(relationship=relationship, side="client").first(),
        "Wave": lambda: wave,
        "OutboxMail": lambda: OutboxMail.objects.filter(
            invitation__side="client", wave=bond.waves["collecting"]
        ).first(),
        "PublishedText": lambda: PublishedText.objects.filter(publication__wave__relationship=relationship).first(),
        "Commitment": lambda: relationship.commitments.get(state="broken"),
        "ExposedSponsor": lambda: ExposedSponsor.objects.filter(organisation=world.a).first(),
        "Session": lambda: session,
        "Participant": lambda: session.participants.filter(side="client").first(),
        "Statement": lambda: session.statements.filter(state="kept", side="client").first(),
        "Amendment": lambda: session.amendments.first(),
        "RemovalRequest": lambda: (
            session.statements.filter(removal_requests__isnull=False).first().removal_requests.first()
        ),
        "Proposal": lambda: bond.sessions["minutes"].proposals.first(),
    }

    def fill(found: re.Match[str]) -> str:
        kind = kind_of(route, found[1])
        if kind is None:
            return {"side": "client", "what": "step", "place": "1"}.get(found[1], "zzzzzzzzzzzz")
        row = rows[kind.__name__]()
        return str(getattr(row, "key", row.pk if row else "zzzzzzzzzzzz")) if row else "zzzzzzzzzzzz"

    return (
        re.sub(r"\(\?P<\w+>[^)]*\)", "zzzz", PARAMETER.sub(fill, route))
        .replace("^", "")
        .replace("$", "")
        .replace("\\Z", "")
    )


# Who is meant by a word of the table below. Everybody else who is signed in gets 404, everybody who is not the way in.
GROUPS = {
    "seated": "a_sponsor a_deputy a_member a_observer a_facilitator ab_facilitator ab_observer b_sponsor ab_b_deputy "
    "ab_b_member",
    "own": "a_sponsor a_deputy a_member a_observer a_facilitator",
    "takers": "a_sponsor a_deputy a_member a_facilitator",
    "both_takers": "a_sponsor a_deputy a_member a_facilitator b_sponsor ab_b_deputy ab_b_member",
    "carriers": "a_sponsor a_deputy a_member b_sponsor ab_b_deputy ab_b_member",
    "own_carriers": "a_sponsor a_deputy a_member",
    "keepers": "a_sponsor a_deputy a_facilitator ab_facilitator host_admin",
    "own_keepers": "a_sponsor a_deputy a_facilitator",
    "list_readers": "a_sponsor a_deputy a_member a_observer a_facilitator ab_facilitator host_admin",
    "leaders": "a_sponsor a_facilitator ab_facilitator b_sponsor",
    "own_leaders": "a_sponsor a_facilitator ab_facilitator",
    "preparers": "a_sponsor ab_facilitator b_sponsor",
    "own_preparers": "a_sponsor ab_facilitator",
    "listers": "a_sponsor a_deputy a_facilitator ab_facilitator b_sponsor ab_b_deputy",
    "choosers": "a_sponsor a_deputy ab_facilitator b_sponsor ab_b_deputy",
    "own_choosers": "a_sponsor a_deputy ab_facilitator",
    "holders": "a_sponsor a_deputy b_sponsor ab_b_deputy",
    "sponsors": "a_sponsor b_sponsor",
    "facilitators": "a_facilitator ab_facilitator",
    "neutral": "ab_facilitator",
    "host": "host_admin",
    "everybody": " ".join(ACCOUNTS),
    "strangers": "anonymous a_respondent a_phone",
    "erasers": "a_sponsor host_admin",
    "companies": "a_sponsor b_sponsor c_sponsor host_admin",
    "own_links": "a_sponsor a_deputy a_member a_facilitator ab_facilitator",
    "links": "a_sponsor a_deputy a_member a_facilitator ab_facilitator b_sponsor ab_b_deputy ab_b_member",
    "importers": "a_sponsor a_deputy a_facilitator ab_facilitator b_sponsor ab_b_deputy bc_b_deputy bc_facilitator "
    "c_sponsor c_deputy host_admin",
    "employees": "a_sponsor a_deputy a_member a_observer a_facilitator b_sponsor ab_b_deputy ab_b_member bc_b_deputy "
    "bc_b_member c_sponsor c_deputy c_member outsider",
    "directories": "a_sponsor a_deputy a_member a_observer a_facilitator ab_facilitator b_sponsor ab_b_deputy "
    "ab_b_member bc_b_deputy bc_b_member bc_facilitator c_sponsor c_deputy c_member outsider host_admin",
}
VISITORS = (*ACCOUNTS, "anonymous", "a_respondent", "a_phone")
NO_HEAD = """
home relationship reading reading-pdf reading-xlsx reading-limits reading-texts wave-open respond-declined send-again
wave-outbox wave-mail-check demo-mail partners partners-waiting partners-archived partner portfolio-xlsx portfolio-pdf
merges portfolios portfolio portfolio-kraljic portfolio-compare portfolio-method
"""
PAGES = ("GET", "HEAD", "POST")
REFUSED_METHODS = ("PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")

# name, then for GET and POST (without any field): G200 all who are signed in; G200:seated those; G200* everybody,
# signed in or not; the last word that names a visitor holds.
EXPECTED = """
directory                G200 P200
setup                    G404* P404*
start                    G200:host P200:host
help                     G200* P200*
account-profile          G200 P200
persona-login            G405* P404*
accounts                 G200:companies P200:companies
account                  G200:erasers P200:erasers
account-sessions         G405 P302:erasers
account-disable          G405 P302:erasers
account-enable           G405 P302:erasers
account-erase            G405 P302:erasers
account-factor           G405 P302:erasers
person-erase             G405 P302:erasers
log                      G200 P200
log                      G200:seated P200:seated
organisation-new         G200:host P200:host
organisation             G200:keepers P200:keepers
organisation-functions   G200:keepers P200:keepers
person-new               G200:keepers P200:keepers
people                   G200:directories P200:directories
person                   G200:list_readers P200:keepers
person-post              G405 P200:keepers
person-end               G405 P200:keepers
import-people            G200:importers P200:importers
import-confirm           G405 P302:keepers
export-csv               G200:list_readers P200:list_readers
export-xlsx              G200:list_readers P200:list_readers
relationship-new         G200:host P200:host
relationship-members     G200:seated P200:leaders
member-revoke            G405 P302:own_leaders
portfolios               G302:employees P405
portfolio-new            G200:employees P200:employees
partner                  G200:own P405
partner-change           G200:own P200:own
partner-score            G200:own P200:own
partner-engage           G200:own P200:own
partner-archive          G405 P302:own
partner-restore          G405 P302:own
merge-undo               G405 P302:own
portfolio                G200:own P405
portfolio-settings       G200:own P200:own
portfolio-colleague      G405 P200:own_keepers
portfolio-rank           G405 P302:own
portfolio-weights        G200:own P200:own
portfolio-kraljic        G200:own P405
portfolio-compare        G200:own P405
portfolio-method         G200:own P405
partners                 G200:own P405
partners-waiting         G200:own P405
partners-archived        G200:own P405
partner-new              G200:own P200:own
portfolio-import         G200:own P200:own
portfolio-import-confirm G405 P302:own
portfolio-xlsx           G200:own P405
portfolio-pdf            G200:own P405
merges                   G200:own P405
merge                    G405 P302:own
ties-by-link             G403* P403*
web-link-show            G405 P200:takers
web-link-mail            G405 P302:own_links
web-link-revoke          G405 P302:own_links
web-waiting              G405 P302:takers
web-tie                  G200:takers P200:takers
web-tie-withdraw         G405 P302:takers
web                      G200:seated P405
web-ties                 G200:both_takers P200:both_takers
web-pairs                G200:seated P200:seated
web-people               G200:listers P200:listers
web-person               G405 P404
web-complete             G405 P302:holders
web-traces               G200:both_takers P200:both_takers
web-traces-keep          G405 P302:both_takers
web-links                G200:links P404
web-ready                G405 P302:holders
web-meant                G405 P404
web-pdf                  G200:seated P405
web-xlsx                 G200:seated P405
respond                  G200* P422*
respond-promise          G302* G200:a_respondent P405*
respond-language         G405* P200* P302:a_respondent
respond-answer           G302* G200:a_respondent P200*
respond-hand-in          G405* P200* P422:a_respondent
respond-receipt          G302* P405*
respond-withdraw         G302* G200:a_respondent P200*
respond-declined         G302* G200:a_respondent P405*
respond-leave            G405* P200*
respond-chair            G405* P404*
receipt-check            G200* P200*
send-again               G200* P422*
wave-new                 G200:leaders P200:leaders
wave                     G200:seated P405
wave-settings            G200:leaders P200:leaders
wave-people              G200:listers P200:listers
wave-declare             G405 P302:holders
wave-late                G200:listers P200:listers
wave-start-sealing       G405 P302:leaders
wave-back-to-draft       G405 P302:leaders
wave-seal                G200:holders P200:holders
wave-seal-confirm        G405 P200:holders
wave-record              G200:seated P405
wave-extend              G200:leaders P200:leaders
wave-close               G405 P302:facilitators
wave-cancel              G200:leaders P200:leaders
wave-clone               G200:leaders P200:leaders
wave-receipts            G200:seated P405
wave-outbox              G200:leaders P405
wave-mail-check          G200:leaders P302:leaders
wave-links-by-hand       G405 P302:leaders
invitation-link          G405 P200:a_sponsor
mail-retry               G405 P302:own_leaders
demo-mail                G404 P405
home                     G200 G302:host P405
reading                  G200:seated P405
reading-pdf              G200:seated P405
reading-xlsx             G200:seated P405
reading-limits           G200:seated P405
reading-texts            G200:neutral P405
text-reword              G405 P302:neutral
text-withhold            G405 P302:neutral
wave-open                G200:seated P422:seated
relationship             G200:seated P405
calendar-settings        G200 P200
calendar-feed            G404* P405*
commitment               G200:seated P405
commitment-ics           G200:seated P405
commitment-accept        G405 P302:seated
commitment-decline       G405 P422:seated
commitment-withdraw      G405 P302:seated
commitment-owner         G405 P302:own
commitment-terms         G404 P404
commitment-release       G405 P422:seated
commitment-answer        G405 P302:seated
commitment-first-step    G405 P302:seated
commitment-kept          G405 P422:seated
commitment-confirm       G405 P302:seated
commitment-otherwise     G405 P302:seated
exposed-sponsor-new      G200:carriers P200:carriers
exposed-sponsor-forget   G405 P302:own_carriers
commitments              G200:seated P405
commitment-new           G200:links P200:links
commitments-import       G200:links P200:links
commitments-csv          G200:seated P405
commitments-xlsx         G200:seated P405
exposed-sponsors         G200:carriers P405
phone                    G200* P400*
phone-wait               G302* P302*
phone-deck               G302* G200:a_phone P302* P200:a_phone
phone-deposit            G405* P302* P409:a_phone
phone-change             G405* P302* P409:a_phone
phone-themes             G405* P302* P409:a_phone
phone-vote               G302* G200:a_phone P302* P200:a_phone
phone-minutes            G302* P302*
phone-live               G302* G200:a_phone P405*
phone-now                G204* G200:a_phone P405*
phone-live-vote          G405* P302* P409:a_phone
phone-note               G405* P302* P200:a_phone
phone-ready              G405* P302*
phone-proposal           G405* P302* P422:a_phone
phone-objection          G405* P302* P404:a_phone
phone-accept             G405* P302* P404:a_phone
phone-leave              G405* P200*
room-join                G404* P405*
workshop                 G200:seated P200:seated
room                     G200:seated P405
room-now                 G200:seated P405
console                  G200:leaders P405
console-now              G204:seated G200:neutral P405
console-do               G405 P302:leaders
rehearse                 G405 P302:neutral
rehearsal-erase          G405 P404
workshop-mandate         G200:seated P200:preparers
workshop-sign            G405 P302:sponsors
workshop-people          G200:choosers P200:choosers
workshop-links           G405 P302:choosers
workshop-person-remove   G405 P302:own_choosers
workshop-person-link     G405 P200:own_preparers
workshop-deck            G200:seated P200:neutral
workshop-deck-close      G405 P302:neutral
workshop-forecasts       G405 P302:neutral
workshop-moderate        G405 P404
workshop-ask-removal     G405 P302:sponsors
workshop-answer-removal  G405 P302:neutral
workshop-open-voting     G405 P302:neutral
workshop-seal            G405 P302:neutral
workshop-preview         G200:neutral P404
workshop-equity          G405 P302:neutral
workshop-reveal          G405 P302:neutral
workshop-begin           G405 P302:neutral
workshop-cancel          G405 P302:preparers
workshop-minutes         G200:seated P404
workshop-remark-answer   G405 P302:neutral
workshop-minutes-pdf     G200:seated P200:seated
workshop-minutes-xlsx    G200:seated P200:seated
workshop-minutes-json    G200:seated P200:seated
workshops                G200:seated P200:seated
workshop-new             G200:leaders P200:leaders
account_login            G302 G200:strangers P302 P200:strangers
account_logout           G302* G200:everybody P302*
account_inactive         G200* P405*
account_signup           G302 G200:strangers P302 P200:strangers
account_reauthenticate   G200 P200
account_email            G200 P302
account_email_verification_sent G302 P302
account_change_password  G200 P200
account_set_password     G302 P302
account_reset_password   G200* P200*
account_confirm_login_code G302 P302
account_reset_password_from_key_done G200* P405*
account_reset_password_from_key G404* P404*
account_reset_password_done G200* P405*
account_request_login_code G302 G200:strangers P302 P200:strangers
mfa_index                G200 P405
mfa_authenticate         G302 P302
mfa_reauthenticate       Gin Pin
mfa_activate_totp        G302 P302
mfa_deactivate_totp      G404 P404
mfa_view_recovery_codes  G404 P405
mfa_generate_recovery_codes Gin Pin
mfa_download_recovery_codes G404 P404
mfa_list_webauthn        G200 P405
mfa_add_webauthn         G302 P302
mfa_reauthenticate_webauthn Gin Pin
mfa_remove_webauthn      G404* P404*
mfa_edit_webauthn        G404* P404*
mfa_login_webauthn       G302 P302
usersessions_list        G200 Pin Hin
usersessions_list        G200 Pin Hin
set_language             G302* P302*
gallery                  G404* P404*
health                   G200* P200*
"""


def expected(name: str, who: str, method: str, words: list[str]) -> str:
    """The status, or "in" where the visitor is sent to sign in."""
    if method in REFUSED_METHODS:
        return "405"
    wanted = [word for word in words if word[0] == method[0]]
    if method == "HEAD" and not wanted:
        wanted = [word for word in words if word[0] == "G"]
    if method == "HEAD" and name in NO_HEAD.split():
        wanted = [re.sub(r"^G\d+", "G405", word.partition(":")[0]) for word in wanted]
    found = "404" if who in ACCOUNTS else "in"
    for word in wanted:
        status, _colon, group = word[1:].partition(":")
        if status.endswith("*") or (group and who in GROUPS.get(group, group).split()):
            found = status.rstrip("*")
        elif not group and who in ACCOUNTS:
            found = status
    return found


def lines() -> Iterator[tuple[str, str, list[str] | None]]:
    """Name, route and expectation of every address; None where nobody has said what it should do."""
    said: dict[str, deque[list[str]]] = defaultdict(deque)
    for line in EXPECTED.strip().splitlines():
        name, *words = line.split()
        said[name].append(words)
    for name, route in routes():
        yield name, route, said[name].popleft() if said[name] else None
    yield from ((name, "", None) for name, left in said.items() if left)  # said of an address that is gone


def differences(
    world: World, methods: Iterable[str], *, who: Iterable[str] = VISITORS, names: Iterable[str] = ()
) -> tuple[int, list[str]]:
    """How many requests were made, and each one that was not answered as said."""
    tried, found, wanted = 0, [], set(names)
    clients = {one: visitor(world, one) for one in who}
    for name, route, words in lines():
        if wanted and name not in wanted:
            continue
        if words is None or not route:
            found.append(f"{name}: nothing is said of this address" if route else f"{name}: no such address")
            continue
        address = subject(world, name, route)
        for one, client in clients.items():
            for method in methods:
                tried += 1
                got = _tried(client, method, address, undone=one in ACCOUNTS and method == "POST")
                if got != expected(name, one, method, words):
                    found.append(f"{name} {method} {one}: {got}, not {expected(name, one, method, words)}")
    return tried, found


def _tried(client: Client, method: str, address: str, *, undone: bool) -> str:
    """The answer to one request, whose traces are taken back; "in" where it leads to the page to sign in."""
    if method in REFUSED_METHODS:
        return _status(client.generic(method, address))
    quiet()
    kept = client.cookies.copy()
    try:
        if not undone:
            return _status(client.generic(method, address))
        with transaction.atomic(), transaction.atomic(using="ballots"):
            got = _status(client.generic(method, address))
            transaction.set_rollback(True)
            transaction.set_rollback(True, using="ballots")
        return got
    finally:
        client.cookies = kept


def _status(response: HttpResponse) -> str:
    to = response.headers.get("Location", "")
    return "in" if to.startswith(("/accounts/login/", "/accounts/reauthenticate/")) else str(response.status_code)
