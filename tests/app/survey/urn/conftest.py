"""An urn of its own for each test: two keys, a secrets folder, an empty store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connections

from reciproque.app.survey.urn import collect
from reciproque.app.survey.urn.models import Ballot, SealedBallot, ShutUrn
from urns import Urn


@pytest.fixture(autouse=True)
def secrets_folder(tmp_path: Path, settings) -> Path:
    settings.SECRETS_DIR = tmp_path / "secrets"
    return settings.SECRETS_DIR


@pytest.fixture
def empty_store(transactional_db) -> Iterator[None]:
    """The store's tables are not managed, so nothing else empties them."""
    empty()
    yield
    empty()
    connections["ballots"].close()


def empty() -> None:
    for table in (Ballot, SealedBallot, ShutUrn):
        table.objects.all().delete()


@pytest.fixture
def urn(empty_store) -> Urn:
    made = Urn(wave_id=7, people=10)
    collect.prepare(made.wave_id)
    return made
