"""The short link: one person, the own side's word about that person's ties, and nothing of anybody else."""

from __future__ import annotations

import html
import logging
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail as django_mail
from django.test import Client
from django.urls import reverse
from django.utils import translation

import personas
from reciproque.app.directory.models import Membership, Relationship
from reciproque.app.network import letters
from reciproque.app.network.actions import participation
from reciproque.app.network.actions.participation import accept_waiting, answer_link, key_person, make_link, show_link
from reciproque.app.network.models import Declaration, Shown, Source, TieLink, WaitingTie
from reciproque.app.network.tokens import hashed
from reciproque.app.network.views import participation as views
from reciproque.app.shared import clock
from reciproque.app.shared.audit import actor, verify_chain
from reciproque.app.shared.errors import Refused
from reciproque.app.shared.models import AuditRecord
from reciproque.app.shared.worker import beat, new_holder
from reciproque.app.survey.actions import delivery
from reciproque.app.survey.models import OutboxMail
from webs import Web, sign_in

WHO = {
    "client_sponsor": 200,
    "client_deputy": 200,
    "client_member": 200,
    "supplier_sponsor": 200,
    "supplier_member": 200,
    "facilitator": 200,
    "observer": 404,
    "outsider": 404,
    "host_admin": 404,
}


@pytest.fixture(autouse=True)
def _fresh(tmp_path, settings) -> None:
    settings.SECRETS_DIR = tmp_path / "secrets"
    views.strangers.clear()
    views.answers.clear()


@dataclass
class Held:
    """A link in the hands of its person, on any browser."""

    web: Web
    link: TieLink
    path: str

    def get(self, query: str = "?in=en"):
        return Client().get(self.path + query)

    def post(self, **form: str):
        return Client(enforce_csrf_checks=True).post(self.path + "?in=en", form)

    def text(self, query: str = "?in=en") -> str:
        return words(self.get(query))


def words(response) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", response.content.decode())))


def hold(web: Web, side: str, name: str) -> Held:
    by = actor(getattr(web.cast, f"{side}_member"))
    link = make_link(by=by, relationship=web.relationship, side=side, person=web.people[name])
    address = show_link(by=by, link=link)
    return Held(web, link, "/" + address.split("/", 3)[3])


@pytest.fixture
def held(web) -> Held:
    web.says("client", "Alice Client", "Sam Supplier", "weekly", function="sales", subject="prices")
    web.says("client", "Bob Client", "Tess Supplier", "daily")
    web.says("supplier", "Uma Supplier", "Alice Client", "daily", subject="Canary of the other side")
    return hold(web, "client", "Alice Client")


def tie(held: Held, name: str = "Sam Supplier") -> Declaration:
    return Declaration.objects.get(contact__name=name, person=held.link.person, withdrawn_at=None)


def said(row: Declaration, **other: str) -> dict[str, str]:
    first = {"answer": "yes", "frequency": row.frequency, "subject": row.subject, "shown": row.shown}
    first["since"] = row.since.isoformat() if row.since else ""
    return {f"tie-{row.key}-{name}": value for name, value in (first | other).items()}


# ---------------------------------------------------------------- who makes links
@pytest.mark.parametrize("name", WHO)
def test_links_are_made_by_the_own_side_or_a_neutral_facilitator(held, name):
    browser = sign_in(getattr(held.web.cast, name))
    assert browser.get(reverse("web-links", args=[held.web.relationship.key])).status_code == WHO[name]


@pytest.mark.parametrize("name", WHO)
def test_the_link_itself_is_shown_to_the_own_side_only(held, name):
    browser = sign_in(getattr(held.web.cast, name))
    response = browser.post(reverse("web-link-show", args=[held.link.key]))
    own = name.startswith("client_")
    assert response.status_code == (200 if own else 404)
    assert (held.path.encode() in response.content) == own
    assert browser.post(reverse("web-link-revoke", args=[held.link.key])).status_code == (
        302 if own or name == "facilitator" else 404
    )


def test_neither_side_sees_that_the_other_makes_links(held):
    page = sign_in(held.web.cast.supplier_sponsor).get(reverse("web-links", args=[held.web.relationship.key]))
    assert "Alice" not in page.content.decode()
    response = sign_in(held.web.cast.supplier_sponsor).post(
        reverse("web-links", args=[held.web.relationship.key]), {"side": "client", "client-person": "1"}
    )
    assert response.status_code == 404


def test_an_anonymous_visitor_signs_in_first(held):
    for name, key in (("web-links", held.web.relationship.key), ("web-link-show", held.link.key)):
        assert Client().post(reverse(name, args=[key])).url.startswith("/accounts/login/")


def test_a_neutral_facilitator_has_a_link_sent_but_never_holds_it(held):
    browser = sign_in(held.web.cast.facilitator)
    person = held.web.people["Bob Client"]
    url = reverse("web-links", args=[held.web.relationship.key])
    refused = browser.post(url, {"side": "client", "client-person": person.pk, "client-how": "hand"})
    assert refused.status_code == 200
    assert not TieLink.objects.filter(person=person).exists()
    browser.post(url, {"side": "client", "client-person": person.pk, "client-how": "mail"})
    link = TieLink.objects.get(person=person)
    with pytest.raises(Refused):
        show_link(by=actor(held.web.cast.facilitator), link=link)


def test_only_a_hash_of_the_secret_is_stored(held):
    secret = held.path.strip("/").split("/")[-1]
    assert len(secret) == 26
    values = [str(value) for row in TieLink.objects.values() for value in row.values()]
    assert not any(secret in value for value in values)
    assert TieLink.objects.get().token_hash == hashed(secret)
    assert secret not in repr(list(AuditRecord.objects.values()))
    assert secret not in repr(list(OutboxMail.objects.values()))


def test_a_link_made_with_another_server_key_is_not_shown_wrong(held, settings):
    settings.SECRET_KEY = "another key of the server, as long as it should be for a test"
    with pytest.raises(Refused):
        show_link(by=actor(held.web.cast.client_member), link=held.link)
    assert held.get().status_code == 200


# ---------------------------------------------------------------- what the page shows
def test_the_page_needs_no_account_no_cookie_and_no_script(held):
    response = held.get()
    assert response.status_code == 200
    assert not response.cookies
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["Cache-Control"] == "no-store"
    assert "csrfmiddlewaretoken" not in response.content.decode()
    assert "Sam Supplier" in words(response)


def test_the_page_shows_the_persons_own_ties_as_the_own_side_says_them(held):
    text = held.text()
    assert "Sam Supplier" in text
    assert "Canary of the other side" not in held.get().content.decode()
    assert "Uma Supplier" not in text
    assert "Bob Client" not in text


@pytest.mark.parametrize("shown", Shown.values)
def test_nothing_the_other_side_says_is_ever_on_the_page(drawn, shown):
    drawn.says("supplier", "Wes Supplier", "Alice Client", subject="Loud canary", shown=shown)
    page = hold(drawn, "client", "Alice Client").get().content.decode()
    assert "Wes Supplier" not in page
    assert "canary" not in page.replace("Hidden canary", "").replace("Private Canary", "")
    other = hold(drawn, "supplier", "Sam Supplier").get().content.decode()
    assert "Private Canary" not in other
    assert "Hidden canary" not in other


def test_a_link_of_one_relationship_shows_nothing_of_another(held):
    third = personas.organisation("Third Works")
    other = Relationship.objects.create(client=held.web.relationship.client, supplier=third)
    cast = personas.cast()
    elsewhere = Web(replace(cast, relationship=other), people=held.web.people)
    Membership.objects.create(relationship=other, account=cast.client_sponsor, role="sponsor", side="client")
    elsewhere.says("client", "Alice Client", "Elsewhere Canary")
    assert "Canary" not in held.get().content.decode()


def test_the_page_says_by_name_who_reads_what(held):
    text = held.text()
    company = held.web.relationship.client.name
    assert f"At {company}: client deputy, client member, client sponsor." in text
    assert "The facilitator: facilitator." in text
    assert "Never before both halves lie side by side." in text
    assert "supplier sponsor" not in text


def test_once_compared_the_page_says_that_the_other_company_reads_at_once(drawn):
    text = hold(drawn, "client", "Alice Client").text()
    assert "At once: both halves lie side by side." in text
    assert "Never before" not in text


def test_the_page_speaks_the_persons_language(held):
    assert held.get("").headers["Content-Language"] == "fr"
    assert held.get("?in=en").headers["Content-Language"] == "en"
    assert held.get("?in=xx").headers["Content-Language"] == "fr"


def test_the_page_asks_as_many_queries_for_one_tie_as_for_many(held, django_assert_num_queries):
    for number in (0, 12):
        for one in range(number):
            held.web.says("client", "Alice Client", f"Person{one} Supplier")
        with django_assert_num_queries(10):
            held.get()


# ---------------------------------------------------------------- what the person says
def test_a_confirmed_tie_says_who_confirmed_it(held):
    before = tie(held)
    response = held.post(**said(before))
    assert response.status_code == 302
    assert not response.cookies
    after = tie(held)
    assert (after.pk, after.source, after.said_by) == (before.pk, Source.LINK, held.link.person)
    assert "Thank you" in words(Client().get(response.url))


def test_a_corrected_tie_holds_the_persons_words(held):
    held.post(**said(tie(held), frequency="daily", subject="tooling", shown="own", since="2020-02-01"))
    after = tie(held)
    assert (after.frequency, after.subject, after.shown, after.since.isoformat()) == (
        "daily",
        "tooling",
        "own",
        "2020-02-01",
    )


def test_words_that_were_changed_count_even_when_the_question_was_left_open(held):
    held.post(**said(tie(held), answer="", frequency="rare"))
    assert tie(held).frequency == "rare"


def test_a_tie_that_is_none_is_taken_out(held):
    held.post(**said(tie(held), answer="no"))
    assert not Declaration.objects.filter(contact__name="Sam Supplier").exists()


def test_what_nobody_answered_stays_as_it_was(held):
    held.web.says("client", "Alice Client", "Vic Supplier")
    sam, vic = tie(held), tie(held, "Vic Supplier")
    held.post(**said(sam), **said(vic, answer=""))
    assert tie(held, "Vic Supplier").source == Source.TYPED


def test_nothing_said_is_said_to_be_nothing(held):
    response = held.post(**said(tie(held), answer=""))
    assert response.status_code == 422
    assert "Nothing is answered yet" in words(response)
    assert TieLink.objects.get().answered_at is None


def new(line: int = 0, **fields: str) -> dict[str, str]:
    return {f"new{line}-{name}": value for name, value in ({"frequency": "monthly", "shown": "both"} | fields).items()}


def test_somebody_known_is_added_at_once(held):
    contact = Declaration.objects.get(contact__name="Tess Supplier").contact
    held.post(**new(contact=str(contact.pk)))
    made = tie(held, "Tess Supplier")
    assert (made.source, made.said_by, made.side, made.frequency) == (
        Source.LINK,
        held.link.person,
        "client",
        "monthly",
    )


def test_a_contact_of_the_other_side_or_of_another_web_cannot_be_chosen(held):
    foreign = Declaration.objects.get(side="supplier").contact
    response = held.post(**new(contact=str(foreign.pk)))
    assert response.status_code == 422
    assert Declaration.objects.filter(person=held.link.person).count() == 1


def test_a_new_name_waits_for_a_yes_of_the_own_side(held):
    held.post(**new(name="Nina Nouvelle", function="quality"))
    assert not Declaration.objects.filter(contact__name="Nina Nouvelle").exists()
    waiting = WaitingTie.objects.get()
    assert "Nina Nouvelle" in held.text()
    for name in ("supplier_sponsor", "supplier_member", "facilitator", "outsider"):
        browser = sign_in(getattr(held.web.cast, name))
        assert browser.post(reverse("web-waiting", args=[waiting.key]), {"answer": "yes"}).status_code == 404
        page = browser.get(reverse("web-links", args=[held.web.relationship.key]))
        assert "Nina" not in page.content.decode()
    browser = sign_in(held.web.cast.client_member)
    assert "1 new name waits" in browser.get(reverse("web-ties", args=[held.web.relationship.key])).content.decode()
    assert "Nina Nouvelle" in browser.get(reverse("web-links", args=[held.web.relationship.key])).content.decode()
    browser.post(reverse("web-waiting", args=[waiting.key]), {"answer": "yes"})
    made = tie(held, "Nina Nouvelle")
    assert (made.source, made.said_by, made.declared_by) == (
        Source.LINK,
        held.link.person,
        held.web.cast.client_member,
    )
    assert not WaitingTie.objects.exists()


def test_a_name_set_aside_leaves_nothing(held):
    held.post(**new(name="Nina Nouvelle", function="quality"))
    browser = sign_in(held.web.cast.client_sponsor)
    browser.post(reverse("web-waiting", args=[WaitingTie.objects.get().key]), {"answer": "no"})
    assert not WaitingTie.objects.exists()
    assert not Declaration.objects.filter(contact__name="Nina Nouvelle").exists()
    assert "Nina" not in repr(list(AuditRecord.objects.values()))


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"name": "Nina Nouvelle"}, "Choose the function of this person."),
        ({"subject": "prices"}, "Choose somebody in the list, or write a new name."),
        ({"name": "=cmd()", "function": "quality"}, "Write plain words"),
        ({"name": "Nina", "function": "quality", "since": "2999-01-01"}, "A tie cannot begin in the future"),
    ],
)
def test_a_line_that_cannot_be_kept_says_what_to_do_and_keeps_nothing(held, fields, sentence):
    response = held.post(**said(tie(held), frequency="rare"), **new(**fields))
    assert response.status_code == 422
    assert sentence in words(response)
    assert tie(held).frequency == "weekly"


def test_what_was_typed_is_still_there_after_an_error(held):
    response = held.post(**new(name="Nina Nouvelle"))
    assert 'value="Nina Nouvelle"' in response.content.decode()


def test_one_link_gives_a_limited_number_of_names(held, monkeypatch):
    monkeypatch.setattr(participation, "MOST_WAITING", 2)
    for number in range(3):
        response = held.post(**new(name=f"Name {number}", function="quality"))
    assert "Many new names are waiting already" in words(response)
    assert WaitingTie.objects.count() == 2


def test_a_tie_that_a_colleague_changed_meanwhile_is_looked_at_again(drawn):
    held = hold(drawn, "client", "Alice Client")
    row = tie(held)
    stale = said(row, frequency="rare")
    held.post(**said(row, frequency="quarterly"))
    response = held.post(**stale)
    assert response.status_code == 422
    assert "changed one of these ties in the meantime" in words(response)
    assert tie(held).frequency == "quarterly"


def test_after_the_comparison_a_correction_leaves_the_words_of_before_to_the_past(drawn):
    held = hold(drawn, "client", "Alice Client")
    before = tie(held)
    held.post(**said(before, frequency="rare"))
    after = tie(held)
    assert (after.replaces, after.source, after.said_by) == (before, Source.LINK, held.link.person)


def test_the_tie_of_somebody_else_cannot_be_changed_with_this_link(held):
    foreign = Declaration.objects.get(contact__name="Tess Supplier")
    response = held.post(**said(foreign, frequency="rare"))
    assert response.status_code == 422
    foreign.refresh_from_db()
    assert foreign.frequency == "daily"
    with pytest.raises(Refused):
        answer_link(
            by=key_person(held.link),
            link=held.link,
            corrected=[participation.Corrected(declaration=foreign, kept=False, frequency="rare")],
        )


def test_what_was_said_is_in_the_log_of_that_side_only_without_a_name_opposite(held):
    held.post(**said(tie(held)), **new(name="Nina Nouvelle", function="quality"))
    row = AuditRecord.objects.get(action="web.link_answered")
    assert (row.audience, row.actor_name) == ("client", "")
    assert (row.data["confirmed"], row.data["waiting"]) == (1, 1)
    assert verify_chain() is None
    page = sign_in(held.web.cast.supplier_sponsor).get(reverse("log", args=[held.web.relationship.key]))
    assert "short link" not in page.content.decode()
    own = sign_in(held.web.cast.client_sponsor).get(reverse("log", args=[held.web.relationship.key]))
    assert "Alice Client answered by short link" in words(own)


# ---------------------------------------------------------------- links that open nothing
def closed(response) -> str:
    assert response.status_code == 403
    return words(response)


def test_unknown_expired_closed_and_replaced_links_look_the_same(held, web):
    pages = {closed(Client().get(f"/r/ties/{secret}/")) for secret in ("a" * 26, "zzzz", "é" * 26, "A" * 300)}
    with clock.at(clock.now() + timedelta(days=22)):
        pages.add(closed(held.get("")))
        pages.add(closed(held.post(**said(tie(held)))))
    make_link(by=actor(web.cast.client_sponsor), relationship=web.relationship, side="client", person=held.link.person)
    pages.add(closed(held.get("")))
    again = TieLink.objects.get(revoked_at=None)
    participation.revoke_link(by=actor(web.cast.client_sponsor), link=again)
    assert len(pages) == 1


def test_a_link_closes_with_the_post_of_its_person(held):
    held.link.person.posts.update(ended_on=clock.today())
    closed(held.get())


def test_opening_a_link_changes_nothing(held):
    before = list(AuditRecord.objects.values_list("pk")), list(TieLink.objects.values())
    held.get()
    Client().head(held.path)
    assert (list(AuditRecord.objects.values_list("pk")), list(TieLink.objects.values())) == before


def test_guessing_is_slowed_down_and_real_links_still_open(held):
    answers = [Client().get(f"/r/ties/{'abcdefghij234567' + str(n) * 10:.26}/").status_code for n in range(22)]
    assert answers[:20] == [403] * 20
    assert answers[-1] == 429
    assert held.get().status_code == 200


def test_one_link_answers_a_limited_number_of_times_an_hour(held, monkeypatch):
    monkeypatch.setattr(views.answers, "most", 2)
    codes = [held.post(**said(tie(held))).status_code for _ in range(3)]
    assert codes == [302, 302, 429]


def test_other_methods_are_refused(held):
    assert [getattr(Client(), method)(held.path).status_code for method in ("put", "delete", "patch")] == [405] * 3


def test_no_log_line_holds_the_secret(held, caplog, capsys):
    secret = held.path.strip("/").split("/")[-1]
    with caplog.at_level(logging.INFO):
        held.get()
        held.post(**said(tie(held)))
        with clock.at(clock.now() + timedelta(days=30)):
            held.get()
    filtered = logging.getLogger("django").handlers[0].filters[0]
    shown = [record for record in caplog.records if filtered.filter(record)]
    assert not any(secret in record.getMessage() for record in shown)


# ---------------------------------------------------------------- by e-mail
def work() -> None:
    holder = new_holder()
    beat(holder)
    delivery.send_due_mails(holder=holder)


def test_the_letter_brings_a_link_that_opens(held, web):
    web.people["Bob Client"].language = "en"
    web.people["Bob Client"].save()
    browser = sign_in(web.cast.client_member)
    person = web.people["Bob Client"]
    form = {"side": "client", "client-person": person.pk, "client-how": "mail"}
    browser.post(reverse("web-links", args=[web.relationship.key]), form)
    assert "/r/ties/" not in repr(list(OutboxMail.objects.values()))
    work()
    letter = django_mail.outbox[-1]
    assert letter.to == [f'"" <{person.email}>'] or person.email in letter.to[0]
    assert "Tess" not in letter.body
    path = re.search(r"(/r/ties/\w{26}/)", letter.body)[1]
    assert "Tess Supplier" in words(Client().get(path + "?in=en"))


def test_a_closed_link_is_not_mailed(held, web):
    by = actor(web.cast.client_member)
    participation.mail_link(by=by, link=held.link)
    participation.revoke_link(by=by, link=held.link)
    work()
    assert not django_mail.outbox
    assert OutboxMail.objects.get().state == OutboxMail.State.CANCELLED


def test_one_letter_a_day(held, web):
    by = actor(web.cast.client_member)
    participation.mail_link(by=by, link=held.link)
    with pytest.raises(Refused):
        participation.mail_link(by=by, link=held.link)
    assert OutboxMail.objects.count() == 1


def test_a_yes_that_comes_twice_is_said_to_be_late(held, web):
    held.post(**new(name="Nina Nouvelle", function="quality"))
    waiting = WaitingTie.objects.get()
    by = actor(web.cast.client_member)
    accept_waiting(by=by, waiting=waiting)
    with pytest.raises(Refused):
        accept_waiting(by=by, waiting=waiting)


def test_the_letter_and_the_page_name_the_same_last_day(held, web):
    """Half past midnight in Paris is still the day before in UTC, in which moments are stored."""
    TieLink.objects.filter(pk=held.link.pk).update(expires_at=datetime(2126, 3, 10, 23, 30, tzinfo=UTC))
    with translation.override("en"):
        text = str(letters.letter(TieLink.objects.get(), "https://trust.example.test/r/ties/x/").facts)
    assert "11 March 2126" in text
