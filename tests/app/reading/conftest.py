"""An opened wave at each level, once per test; and an urn of its own where ballots are really opened."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connections

import personas
from reciproque.app.survey.urn.models import Ballot, SealedBallot, ShutUrn


@pytest.fixture
def named(db) -> personas.Cast:
    return personas.cast(client="Valmorine Aérostructures", supplier="Forge Tressac")


@pytest.fixture
def urn_store(transactional_db, tmp_path: Path, settings) -> Iterator[None]:
    """The ballot tables are not managed: nothing else empties them. Closing rewrites files: real commits."""
    settings.SECRETS_DIR = tmp_path / "secrets"
    _empty()
    yield
    _empty()
    connections["ballots"].close()


def _empty() -> None:
    for table in (Ballot, SealedBallot, ShutUrn):
        table.objects.all().delete()
