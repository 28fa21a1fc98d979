"""The screens of the web: what is typed, what is found, what a date shows, and what it costs."""

from __future__ import annotations

import html
import io
import re
import zipfile
from datetime import timedelta

import pytest
from django.urls import reverse

from reciproque.app.directory.models import Function, KeyList, KeyPerson, Person
from reciproque.app.network.actions.declarations import change_tie
from reciproque.app.network.actions.halves import set_pair
from reciproque.app.network.models import Contact, Declaration, ExpectedPair, Shown, WebState
from reciproque.app.shared import clock
from reciproque.app.shared.audit import actor
from reciproque.app.shared.errors import Refused
from webs import days_ago, sign_in


def url(web, name: str = "web", query: str = "") -> str:
    return reverse(name, args=[web.relationship.key]) + query


def words(response) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", response.content.decode())))


def line(number: int, **values: object) -> dict[str, str]:
    return {f"tie{number}-{name}": str(value) for name, value in values.items()}


# ---------------------------------------------------------------- declaring
def test_several_ties_are_declared_at_once(web):
    alice, bruno = (web.person("client", name) for name in ("Alice Client", "Bruno Client"))
    data = {
        "shown": "both",
        **line(0, person=alice.pk, contact="Sam Supplier", function="sales", frequency="daily", subject="Prices"),
        **line(1, person=bruno.pk, contact="  sam   SUPPLIER ", frequency="weekly", since="2024-02-01"),
        **line(2, person=alice.pk, frequency="weekly"),
    }
    response = sign_in(web.cast.client_member).post(url(web, "web-ties"), data, follow=True)
    assert "2 ties are in your half" in words(response)
    rows = Declaration.objects.order_by("id")
    assert [(row.person, row.contact.name, row.frequency) for row in rows] == [
        (alice, "Sam Supplier", "daily"),
        (bruno, "Sam Supplier", "weekly"),
    ]
    assert {row.declared_by for row in rows} == {web.cast.client_member}
    assert Contact.objects.get().function.code == "sales"


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"contact": "Sam Supplier"}, "Choose somebody of your company."),
        ({"person": "own", "subject": "Prices"}, "Write the first and last name of the person opposite."),
        ({"person": "own", "contact": "Sam", "since": "2999-01-01"}, "A tie cannot begin in the future"),
        ({"person": "own", "contact": "=cmd()"}, "Write plain words"),
        ({}, "Fill in at least one line."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(web, values, says):
    own = web.person("client", "Alice Client").pk
    data = {"shown": "both", **line(0, **{k: own if v == "own" else v for k, v in values.items()})}
    response = sign_in(web.cast.client_sponsor).post(url(web, "web-ties"), data)
    assert says in words(response)
    assert not Declaration.objects.exists()
    assert not Contact.objects.exists()


def test_a_wrong_line_keeps_nothing_of_the_right_ones(web):
    web.says("client", "Alice Client", "Sam Supplier")
    alice = web.people["Alice Client"].pk
    data = {
        "shown": "both",
        **line(0, person=alice, contact="Tess Supplier"),
        **line(1, person=alice, contact="Sam Supplier"),
    }
    response = sign_in(web.cast.client_sponsor).post(url(web, "web-ties"), data)
    assert "are in your half already" in words(response)
    assert Declaration.objects.count() == 1
    assert 'value="Tess Supplier"' in response.content.decode()


def test_nobody_of_the_other_company_is_chosen_as_ones_own(web):
    other = web.person("supplier", "Sam Supplier")
    data = {"shown": "both", **line(0, person=other.pk, contact="Alice Client")}
    sign_in(web.cast.client_sponsor).post(url(web, "web-ties"), data)
    assert not Declaration.objects.exists()


def test_one_tie_is_changed_and_taken_out(web):
    tie = web.says("client", "Alice Client", "Sam Supplier")
    browser = sign_in(web.cast.client_member)
    data = {"frequency": "monthly", "subject": "Quality", "since": "2024-01-01", "until": "2023-01-01", "shown": "own"}
    assert "cannot end before it began" in words(browser.post(reverse("web-tie", args=[tie.key]), data))
    browser.post(reverse("web-tie", args=[tie.key]), data | {"until": ""})
    tie.refresh_from_db()
    assert (tie.frequency, tie.subject, tie.shown) == ("monthly", "Quality", "own")
    browser.post(reverse("web-tie-withdraw", args=[tie.key]))
    assert not Declaration.objects.exists()


def test_a_changed_tie_is_not_changed_twice(drawn):
    tie = Declaration.objects.get(contact__name="Uma Supplier")
    by = actor(drawn.cast.client_sponsor)
    change_tie(by=by, declaration=tie, frequency="daily", since=tie.since)
    with pytest.raises(Refused):
        change_tie(by=by, declaration=tie, frequency="rare", since=tie.since)
    assert sign_in(drawn.cast.client_sponsor).get(reverse("web-tie", args=[tie.key])).status_code == 404


# ---------------------------------------------------------------- reading
def test_an_empty_web_says_what_to_do(web):
    assert "Begin with the people you meet every week" in words(sign_in(web.cast.client_member).get(url(web)))
    assert "once both halves lie side by side" in words(sign_in(web.cast.observer).get(url(web)))
    web.person("client", "Alice Client")
    Person.objects.filter(organisation=web.relationship.supplier).delete()
    assert "Nobody in your list yet" in words(sign_in(web.cast.supplier_member).get(url(web, "web-ties")))


def test_the_page_says_what_hangs_on_one_thread_and_what_mends_it(drawn):
    found = words(sign_in(drawn.cast.client_member).get(url(drawn)))
    assert "Alice Client and Sam Supplier" in found
    assert "of the exchanges go through one tie" in found
    assert "Quality on both sides: a single thread" in found
    assert "Only Bruno Client and Tess Supplier know each other" in found
    assert "2 ties are declared by one company only" in found


def test_a_missing_pair_says_who_introduces_whom(drawn):
    purchasing, quality = (Function.objects.get(code=code) for code in ("purchasing", "quality"))
    browser = sign_in(drawn.cast.supplier_sponsor)
    data = {"client_function": purchasing.pk, "supplier_function": quality.pk, "expected": "yes"}
    browser.post(url(drawn, "web-pairs"), data)
    pair = ExpectedPair.objects.get()
    assert (pair.expected, pair.set_by) == (True, "supplier")
    found = words(browser.get(url(drawn)))
    assert "Purchasing and Quality: the link is missing" in found
    assert "Bring Alice Client and Tess Supplier together. Sam Supplier can introduce them." in found
    browser.post(url(drawn, "web-pairs"), data | {"expected": "no"})
    assert "Purchasing and Quality: the link is missing" not in words(browser.get(url(drawn)))


def test_pairs_are_set_by_those_who_take_part(drawn):
    functions = {side: Function.objects.get(code="rd") for side in ("client_function", "supplier_function")}
    data = {side: row.pk for side, row in functions.items()} | {"expected": "no"}
    for name, status in (("observer", 404), ("outsider", 404), ("facilitator", 302), ("client_member", 302)):
        assert sign_in(getattr(drawn.cast, name)).post(url(drawn, "web-pairs"), data).status_code == status
    own = Function.objects.create(
        code="own-x", name_fr="Secret", name_en="Secret", organisation=drawn.relationship.client, rank=200
    )
    assert "Secret" not in words(sign_in(drawn.cast.supplier_sponsor).get(url(drawn, "web-pairs")))
    assert "Secret" in words(sign_in(drawn.cast.client_sponsor).get(url(drawn, "web-pairs")))
    with pytest.raises(Refused):
        set_pair(
            by=actor(drawn.cast.supplier_sponsor),
            relationship=drawn.relationship,
            client_function=functions["client_function"],
            supplier_function=own,
            expected=True,
        )


def test_a_newcomer_is_handed_over(drawn):
    post = drawn.people["Tess Supplier"].posts.get()
    post.started_on = days_ago(30)
    post.save()
    found = words(sign_in(drawn.cast.observer).get(url(drawn)))
    assert "Tess Supplier is new: in post for 30 days" in found
    assert "Hand over in 90 days" in found
    assert "Begin with Bruno Client" in found


def test_the_web_at_a_past_date(web):
    web.both_say("Alice Client", "Sam Supplier", since=days_ago(400))
    web.both_say("Bruno Client", "Tess Supplier", since=days_ago(40))
    web.ready()
    browser = sign_in(web.cast.observer)
    assert "4 people make this relationship live, through 2 ties" in words(browser.get(url(web)))
    past = words(browser.get(url(web, "web", "?at=-4")))
    assert "2 people make this relationship live, through 1 tie" in past
    assert "Bruno" not in past
    assert "No tie is declared at this date" in words(browser.get(url(web, "web", "?at=-60")))
    for odd in ("?at=abc", "?at=99999", "?at=--4", "?at=5"):
        assert "through 2 ties" in words(browser.get(url(web, "web", odd)))


def test_a_tie_that_ended_is_remembered(web):
    web.both_say("Alice Client", "Sam Supplier", since=days_ago(400))
    tie = web.says("client", "Bruno Client", "Tess Supplier")
    change_tie(
        by=actor(web.cast.client_sponsor), declaration=tie, frequency="weekly", since=tie.since, until=days_ago(100)
    )
    web.ready()
    browser = sign_in(web.cast.observer)
    assert "Bruno" not in words(browser.get(url(web)))
    assert "Bruno" in words(browser.get(url(web, "web", "?at=-6")))


def test_the_drawing_is_narrowed_to_a_function(drawn):
    browser = sign_in(drawn.cast.observer)
    found = browser.get(url(drawn, "web", "?client=quality")).content.decode()
    drawing = found[found.index('<svg class="chart web-chart"') :].split("</svg>")[0]
    assert "Bruno Client" in drawing
    assert "Alice Client" not in drawing
    assert "No tie joins these functions" in words(browser.get(url(drawn, "web", "?client=quality&supplier=logistics")))
    assert browser.get(url(drawn, "web", "?client=<script>")).status_code == 200


def test_a_name_is_never_markup(web):
    web.says("client", "Alice Client", 'Sam "<b>x</b>" &amp; Supplier')
    for query in ("", "?client=quality"):
        page = sign_in(web.cast.client_sponsor).get(url(web, "web", query)).content.decode()
        assert "<b>x</b>" not in page
        assert "&lt;b&gt;" in page


# ---------------------------------------------------------------- documents
@pytest.mark.parametrize("language", ["fr", "en"])
def test_documents_hold_what_the_page_says(drawn, language):
    browser = sign_in(drawn.cast.observer, language)
    sheet = browser.get(url(drawn, "web-xlsx"))
    assert "client-works-supplier-works-web-" in sheet.headers["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(sheet.content)) as book:
        text = " ".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xml"))
    assert all(name in text for name in ("Alice Client", "Tess Supplier", "Uma Supplier"))
    report = browser.get(url(drawn, "web-pdf"))
    assert report.content.startswith(b"%PDF")
    assert browser.get(url(drawn, "web-pdf", "?at=-2")).status_code == 200


# ---------------------------------------------------------------- key people
def test_key_people_are_listed_and_declared_complete(cast):
    browser = sign_in(cast.client_sponsor)
    people = list(Person.objects.filter(organisation=cast.relationship.client)[:3])
    page = reverse("web-people", args=[cast.relationship.key])
    browser.post(page, {"side": "client", "client-people": [person.pk for person in people]})
    assert set(KeyPerson.objects.values_list("person", "side")) == {(person.pk, "client") for person in people}
    browser.post(reverse("web-complete", args=[cast.relationship.key]), {"complete": "yes"})
    assert KeyList.objects.get().complete
    browser.post(page, {"side": "client", "client-people": [people[0].pk]})
    assert not KeyList.objects.exists()


def test_a_company_never_sees_nor_touches_the_other_list(cast):
    theirs = Person.objects.filter(organisation=cast.relationship.supplier).first()
    browser = sign_in(cast.client_sponsor)
    page = reverse("web-people", args=[cast.relationship.key])
    browser.post(page, {"side": "supplier", "supplier-people": [theirs.pk]})
    browser.post(page, {"side": "client", "client-people": [theirs.pk]})
    assert not KeyPerson.objects.exists()
    assert str(theirs) not in words(browser.get(page))
    new = reverse("web-person", args=[cast.relationship.key])
    assert browser.post(new, {"side": "supplier", "new-supplier-last_name": "Intruder"}).status_code == 404
    assert not Person.objects.filter(last_name="Intruder").exists()


def test_somebody_is_added_from_the_page_of_key_people(cast):
    quality = Function.objects.get(code="quality")
    data = {"side": "client", "new-client-first_name": "Nina", "new-client-last_name": "Newcomer",
            "new-client-function": quality.pk}  # fmt: skip
    browser = sign_in(cast.client_deputy)
    new = reverse("web-person", args=[cast.relationship.key])
    browser.post(new, data)
    assert KeyPerson.objects.get().person.last_name == "Newcomer"
    again = browser.post(new, data)
    assert "already has this name" in words(again)
    assert Person.objects.filter(last_name="Newcomer").count() == 1


@pytest.mark.parametrize("name", ["client_member", "observer", "outsider", "host_admin"])
def test_key_people_are_not_for_everybody(cast, name):
    browser = sign_in(getattr(cast, name))
    for page in ("web-people", "web-person", "web-complete"):
        assert browser.post(reverse(page, args=[cast.relationship.key]), {"side": "client"}).status_code == 404


# ---------------------------------------------------------------- cost
def grow(web, people: int, ties: int) -> None:
    """A joint web of that size, in a few statements."""
    codes = list(Function.objects.filter(organisation=None).values_list("code", flat=True))[:8]
    sides = {
        side: [web.person(side, f"{side.title()} Number{n}", codes[n % len(codes)]) for n in range(people // 2)]
        for side in ("client", "supplier")
    }
    for side, other in (("client", "supplier"), ("supplier", "client")):
        contacts = [
            Contact(relationship=web.relationship, side=side, name=str(p), folded_name=p.folded_name)
            for p in sides[other]
        ]
        made = Contact.objects.bulk_create(contacts)
        half = people // 2
        Declaration.objects.bulk_create(
            Declaration(
                relationship=web.relationship,
                side=side,
                person=sides[side][(n if side == "client" else n // half + n) % half],
                contact=made[(n // half + n if side == "client" else n) % half],
                frequency=["daily", "weekly", "monthly", "rare"][n % 4],
                since=days_ago(300),
                shown=Shown.BOTH,
                created_at=clock.now() - timedelta(days=20),
            )
            for n in range(ties)
        )
    now = clock.now() - timedelta(days=10)
    WebState.objects.create(relationship=web.relationship, ready_client_at=now, ready_supplier_at=now, compared_at=now)


@pytest.mark.parametrize(("people", "ties"), [(4, 1), (6, 3), (60, 200)])
def test_the_page_needs_as_many_queries_whatever_the_size(web, people, ties, django_assert_num_queries):
    grow(web, people, ties)
    browser = sign_in(web.cast.observer)
    browser.get(url(web))
    with django_assert_num_queries(10):
        found = words(browser.get(url(web)))
    assert f"through {ties} tie" in found


@pytest.mark.parametrize("ties", [1, 3])
def test_the_list_of_ties_needs_as_many_queries(web, ties, django_assert_num_queries):
    for number in range(ties):
        web.says("client", "Alice Client", f"Sam Number{number}")
    browser = sign_in(web.cast.client_member)
    browser.get(url(web, "web-ties"))
    with django_assert_num_queries(14):
        browser.get(url(web, "web-ties"))


@pytest.mark.parametrize("people", [1, 3])
def test_the_key_people_need_as_many_queries(web, people, django_assert_num_queries):
    for number in range(people):
        web.person("client", f"Alice Number{number}")
    browser = sign_in(web.cast.client_sponsor)
    browser.get(url(web, "web-people"))
    with django_assert_num_queries(12):
        browser.get(url(web, "web-people"))
