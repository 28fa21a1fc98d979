"""A stranger's questions: the same page whoever is asked about; and a difference, planted, is seen."""

import pytest
from django.test import Client

import personas
import wave_steps
from attack import timing
from reciproque.app.survey.models import OutboxMail


@pytest.fixture
def addresses(tmp_path, settings):
    """One of each kind: asked, has answered, not asked, nobody."""
    settings.SECRETS_DIR = tmp_path / "secrets"
    settings.SECRETS_DIR.mkdir()
    cast = personas.cast(people=6)
    made = wave_steps.collecting(cast)
    asked = [row.person.email for row in made.wave.invitations.filter(side="client").select_related("person")]
    made.answer(made.invitations("client")[1])
    return [asked[0], asked[1], personas.person(cast.relationship.client).email, "nobody@example.test"]


def test_whoever_asks_again_for_a_link_reads_the_same_page(addresses):
    pages = set()
    for email in addresses:
        response = Client().post("/r/again", {"email": email})
        pages.add((response.status_code, timing.plain(response.content, email)))
    assert len(pages) == 1
    assert OutboxMail.objects.filter(kind="resend").count() == len(addresses)


@pytest.mark.parametrize("path", ["/accounts/login/", "/accounts/password/reset/", "/accounts/login/code/"])
def test_a_stranger_cannot_tell_an_account_from_nobody(path):
    personas.account("known")
    personas.account("gone", is_active=False)
    emails = [*personas.Account.objects.values_list("email", flat=True), "nobody@example.test"]
    answers = set()
    for email in emails:
        fields = {"login": email, "password": "not the password"} if path.endswith("login/") else {"email": email}
        response = Client().post(path, fields)
        answers.add((response.status_code, response.headers.get("Location"), timing.plain(response.content, email)))
    assert len(answers) == 1


def heard(**kinds):
    return timing.Heard(
        {kind: times for kind, (times, _answers) in kinds.items()},
        {kind: answers for kind, (_times, answers) in kinds.items()},
    )


def test_a_slower_kind_and_another_answer_are_seen():
    same = heard(one=([10.0, 11, 12], {(200, "a")}), other=([11.0, 11, 12], {(200, "a")}))
    assert (same.apart, same.unlike) == (0, [])
    slower = heard(one=([10.0, 11, 12], {(200, "a")}), other=([20.0, 21, 22], {(200, "b")}))
    assert (slower.apart, slower.unlike) == (10, ["other"])
    unsteady = heard(one=([1.0], {(200, "a"), (429, "b")}), other=([1.0], {(200, "a"), (429, "b")}))
    assert unsteady.unlike == ["one", "other"]


def test_only_what_is_drawn_anew_is_left_out_of_the_comparison():
    page = b'<input name="csrfmiddlewaretoken" value="abc"><p>a@example.test</p>'
    other = b'<input name="csrfmiddlewaretoken" value="xyz"><p>b@example.test</p>'
    assert timing.plain(page, "a@example.test") == timing.plain(other, "b@example.test")
    assert timing.plain(page, "a@example.test") != timing.plain(page + b".", "a@example.test")
