"""An urn of its own for each test that asks: secrets in a folder apart, an empty ballot store before and after."""

import pytest
from django.db import connections

from reciproque.app.survey.urn.models import Ballot, SealedBallot, ShutUrn


@pytest.fixture
def folders(tmp_path, settings):
    settings.SECRETS_DIR = tmp_path / "secrets"
    settings.SECRETS_DIR.mkdir()
    _empty()
    yield
    _empty()
    connections["ballots"].close()


def _empty():
    for table in (Ballot, SealedBallot, ShutUrn):
        table.objects.all().delete()
