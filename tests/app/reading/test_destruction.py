"""Thirty days after the opening, the words that both companies do not read go with the ballots, decided on or not."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest
from django.urls import reverse

import worlds
from reciproque.app.reading import actions
from reciproque.app.reading.facts import facts
from reciproque.app.reading.models import PublishedText
from reciproque.app.reading.queries.reading import reading_page
from reciproque.app.shared import audit, clock
from reciproque.app.shared.audit import actor
from reciproque.app.shared.errors import Refused
from reciproque.app.shared.models import AuditRecord
from reciproque.app.survey import destruction
from reciproque.app.survey.actions import closing
from reciproque.app.survey.models import Wave

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "ballots"]),
    pytest.mark.usefixtures("urn_store"),
]
NEW = "Said otherwise"


@pytest.fixture
def opened(named):
    """Five texts of each destiny on each side; one more to publish on the client's side, without a counterpart."""
    made = worlds.opened(named.relationship, numbers=(9, 13))
    for place, destiny in enumerate(("publish", "reword", "facilitator")):
        worlds.add_texts(made.publication, 5, destiny, start=10 * place)
    PublishedText.objects.create(
        publication=made.publication, side="client", prompt="O5", position=90, destiny="publish", text="client over"
    )
    return made


def text(words):
    return PublishedText.objects.get(text=words)


def reword(named, *words):
    for one in words:
        actions.reword_text(by=actor(named.facilitator), text=text(one), reworded=f"{NEW}: {one[:6]}")


def purge(wave):
    with clock.at(wave.contest_until + timedelta(minutes=1)):
        assert closing.purge_due() == 1
    wave.refresh_from_db()
    assert wave.state == "purged"


def left():
    """Every word that the table still holds."""
    return sorted(words for row in PublishedText.objects.values_list("text", "reworded") for words in row if words)


def published():
    return sorted(f"{side} publish {place}" for side in ("client", "supplier") for place in range(5))


def body(client, account, key, language="en"):
    client.force_login(account)
    client.cookies["django_language"] = language
    page = client.get(reverse("reading-texts", args=[key])).content.decode()
    return re.sub(r"[\s\xa0\u202f]+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))


def test_until_then_everything_can_still_be_decided_otherwise(named, opened):
    reword(named, "client reword 0")
    row = text("client reword 0")
    actions.withhold_text(by=actor(named.facilitator), text=row)
    with clock.at(opened.contest_until - timedelta(minutes=1)):
        assert closing.purge_due() == 0
    row.refresh_from_db()
    assert row.text == "client reword 0"
    actions.reword_text(by=actor(named.facilitator), text=row, reworded="Again")
    row.refresh_from_db()
    assert (row.text, row.reworded, row.withheld) == ("client reword 0", "Again", False)


def test_nothing_decided_everything_unpublished_is_destroyed(opened):
    before = reading_page(opened).quotes
    purge(opened)
    assert left() == published()
    assert reading_page(opened).quotes == before
    assert PublishedText.objects.count() == 31, "that a text was there stays"


def test_a_reworded_text_keeps_the_new_words_alone(named, opened):
    reword(named, "client reword 1", "supplier reword 1")
    before = reading_page(opened).quotes
    purge(opened)
    assert left() == sorted([*published(), f"{NEW}: client", f"{NEW}: suppli"])
    assert reading_page(opened).quotes == before


def test_reworded_without_a_counterpart_is_not_read_by_both(named, opened):
    text("client over").delete()
    reword(named, "client reword 1")
    reword(named, "supplier reword 1", "supplier reword 2")
    purge(opened)
    assert [words for words in left() if words.startswith(NEW)] == [f"{NEW}: client", f"{NEW}: suppli"]


def test_withheld_words_are_destroyed_reworded_or_not(named, opened):
    reword(named, "client reword 0", "supplier reword 0")
    for words in ("client reword 0", "client publish 0", "client over"):
        actions.withhold_text(by=actor(named.facilitator), text=text(words))
    purge(opened)
    assert left() == [f"client publish {n}" for n in range(1, 5)] + [f"supplier publish {n}" for n in range(4)]


def test_one_record_that_tells_neither_words_nor_numbers(opened):
    number = AuditRecord.objects.count()
    purge(opened)
    (record,) = AuditRecord.objects.order_by("sequence")[number:]
    assert (record.action, record.audience, record.data) == ("wave.purged", "both", {"wave": opened.key})
    assert audit.verify_chain() is None


def test_keys_and_words_go_in_one_transaction(opened, monkeypatch):
    def crash(_wave):
        raise RuntimeError("power cut")

    monkeypatch.setattr(destruction, "KEEPERS", [*destruction.KEEPERS, crash])
    with clock.at(opened.contest_until + timedelta(minutes=1)), pytest.raises(RuntimeError):
        closing.purge_due()
    assert Wave.objects.get(pk=opened.pk).state == "open"
    assert "client facilitator 0" in left()
    monkeypatch.undo()
    purge(opened)
    assert left() == published()


def test_run_again_it_changes_nothing(opened):
    purge(opened)
    with clock.at(opened.contest_until + timedelta(hours=2)):
        assert closing.purge_due() == 0
    assert left() == published()


def test_another_wave_keeps_its_words(named, opened):
    other = worlds.opened(named.relationship, numbers=(9, 13), number=2)
    worlds.add_texts(other.publication, 2, "facilitator", start=50)
    Wave.objects.filter(pk=other.pk).update(contest_until=opened.contest_until + timedelta(days=1))
    purge(opened)
    assert PublishedText.objects.filter(publication=other.publication).exclude(text="").count() == 4


def test_afterwards_nothing_is_reworded(named, opened):
    purge(opened)
    row = PublishedText.objects.filter(destiny="reword").first()
    with pytest.raises(Refused, match="détruit avec les bulletins"):
        actions.reword_text(by=actor(named.facilitator), text=row, reworded="Too late")
    assert left() == published()


def test_afterwards_a_text_withheld_is_destroyed_at_once_with_its_counterpart(named, opened):
    purge(opened)
    actions.withhold_text(by=actor(named.facilitator), text=text("client publish 0"))
    assert left() == [f"client publish {n}" for n in range(1, 5)] + [f"supplier publish {n}" for n in range(4)]
    (quotes,) = reading_page(opened).quotes
    assert len(quotes.client) == len(quotes.supplier) == 4


def test_a_page_opened_before_cannot_bring_words_back(named, opened):
    """The facilitator's page was read before, and is sent after."""
    row = text("client publish 0")
    stale = text("client reword 0")
    purge(opened)
    actions.withhold_text(by=actor(named.facilitator), text=row)
    with pytest.raises(Refused):
        actions.reword_text(by=actor(named.facilitator), text=stale, reworded="Too late")
    assert "client publish 0" not in left()
    assert "client reword 0" not in left()


def test_the_facilitator_is_warned_then_told_in_both_languages(named, opened, client):
    reword(named, "client reword 1", "supplier reword 1")
    for language, warned, told in (
        ("en", "words are destroyed with the ballots.", "The other words were destroyed with the ballots."),
        ("fr", "des mots sont détruits avec les bulletins.", "Les autres mots ont été détruits avec les bulletins."),
    ):
        Wave.objects.filter(pk=opened.pk).update(state="open")
        said = body(client, named.facilitator, opened.key, language)
        assert warned in said
        assert str(opened.contest_until.year) in said
        assert told not in said
        Wave.objects.filter(pk=opened.pk).update(state="purged")
        said = body(client, named.facilitator, opened.key, language)
        assert told in said
        assert warned not in said


def test_afterwards_the_page_lists_what_is_left_and_offers_to_withhold_alone(named, opened, client):
    reword(named, "client reword 1", "supplier reword 1")
    purge(opened)
    said = body(client, named.facilitator, opened.key)
    assert "client facilitator" not in said
    assert "client over" not in said
    assert f"{NEW}: client" in said
    assert "published in your words" in said
    assert "Withhold this text" in said
    assert "Publish these words" not in said
    url = reverse("text-reword", args=[PublishedText.objects.filter(destiny="reword").first().key])
    answer = client.post(url, {"reworded": "Too late"}, follow=True)
    assert "can no longer be reworded" in html.unescape(answer.content.decode())


def test_a_page_without_any_text_left_says_so(named, client):
    made = worlds.opened(named.relationship, numbers=(9, 13))
    worlds.add_texts(made.publication, 5, "facilitator")
    purge(made)
    assert "No text is left" in body(client, named.facilitator, made.key)


def test_what_a_role_can_obtain_follows(named, opened):
    reword(named, "client reword 1", "supplier reword 1")
    purge(opened)
    found = {role: sorted(f["value"] for f in facts(opened, role)["facts"] if f["kind"] == "text")
             for role in ("client-member", "facilitator")}  # fmt: skip
    assert found["facilitator"] == found["client-member"] == left()
