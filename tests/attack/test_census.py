"""What one visitor can fetch follows from published figures; and a number, a place or a count that leaks is seen."""

from __future__ import annotations

from unittest.mock import patch

import pytest
from django.db import connections

from attack import census, census_world
from attack.census import Document
from reciproque.app.reading.models import Publication
from reciproque.app.reading.queries import unknowns
from reciproque.app.survey.urn.models import Ballot, SealedBallot, ShutUrn
from reciproque.reports.charts.pair import pair
from reciproque.reports.charts.spec import Pair, Sign


@pytest.fixture
def small(transactional_db, tmp_path, settings):
    """One opened wave of nine people a side."""
    settings.SECRETS_DIR = tmp_path / "secrets"
    settings.SECRETS_DIR.mkdir()
    _empty()
    yield census_world.small()
    _empty()
    connections["ballots"].close()


def _empty():
    for table in (Ballot, SealedBallot, ShutUrn):
        table.objects.all().delete()


def page(words):
    return Document("/reading/waves/x/", "text/html", f"<p>{words}</p>".encode())


@pytest.mark.django_db(transaction=True, databases=["default", "ballots"])
def test_what_is_shown_follows_from_published_figures(small):
    """And a page that showed a number of answers would be seen to move."""
    wave = small.waves["few"]
    pages = [f"/reading/waves/{wave.key}/{name}" for name in ("", "limits/", "report.pdf", "figures.xlsx")]
    pages += ["/", f"/reading/{wave.relationship.key}/", f"/survey/waves/{wave.key}/"]
    visitor = small.visitors["client_member"]
    before = census.refetched(small, visitor, pages)
    assert before.keys() == set(pages)
    known = census.told(Publication.objects.all()) | census.RULES | census.counters(small)
    unexplained = {address: census.unexplained(document, known) for address, document in before.items()}
    assert not any(unexplained.values()), unexplained
    charts = [chart for document in before.values() for chart in census.charts(document.html)]
    assert len(charts) > 8
    assert [census.unwritten_places(chart) for chart in charts] == [[]] * len(charts)

    def counts(material):
        return (f"{sum(material.publication.answered['client'].values())} answers to all questions",)

    with patch.object(unknowns, "coverage", counts):
        leaky = census.refetched(small, visitor, pages[:1])
        assert census.unexplained(leaky[pages[0]], known)
        assert census_world.disturb_answers(small) > 9
        assert census.differences(leaky, census.refetched(small, visitor, pages[:1])) == pages[:1]
    assert census.differences(before, census.refetched(small, visitor, pages)) == []
    census_world.disturb_figures(small)
    assert pages[0] in census.differences(before, census.refetched(small, visitor, pages))


@pytest.mark.parametrize("said", ["The mean is 4.1364.", "91 points in all", "17 of 18 answered", "+0.37"])
def test_a_number_that_is_no_figure_is_found(said):
    assert census.unexplained(page(said), census.RULES | {4.1, 78.0})


@pytest.mark.parametrize(
    "said",
    ["78 (between 72 and 84)", "Opened on 3 March 2026 at 09:31", "Fingerprint 0267 91d0 c2e8", "from 0 to 100", "–12"],
)
def test_figures_dates_and_fingerprints_are_known(said):
    assert census.unexplained(page(said), census.RULES | {78.0, 72.0, 84.0}) == []


def test_words_of_a_page_hold_what_is_read_aloud():
    spoken = '<p aria-label="71 of 100">a</p><img alt="72"><b data-n="75">'
    assert census.words_of(f'{spoken}<input type="hidden" value="73"><script>74</script>') == [
        "71 of 100",
        "a",
        "72",
        "75",
    ]


def chart(client):
    return pair(Pair("p", "Fairness", f"{client.text}, {client.around}", client, None))


def test_a_drawing_finer_than_its_numbers_is_found():
    honest = Sign(72, 66, 78, "72", "between 66 and 78")
    assert census.unwritten_places(chart(honest)) == []
    assert census.unwritten_places(chart(Sign(71.67, 66, 78, "72", "between 66 and 78"))) == [71.67]
    assert census.unwritten_places(chart(Sign(72, 65.6, 78, "72", "between 66 and 78"))) == [12.4, 65.6]
    assert census.unwritten_places(chart(Sign(None, 85, 100, "85 or more", "give or take 4 points", 4))) == []
