"""Waves for tests: a secrets folder of their own, an empty ballot store before and after."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connections
from django.utils import translation

from reciproque.app.survey.urn.models import Ballot, SealedBallot, ShutUrn


@pytest.fixture
def urn_store(transactional_db, tmp_path: Path, settings) -> Iterator[None]:
    """The ballot tables are not managed: nothing else empties them. Closing rewrites files: it needs real commits."""
    settings.SECRETS_DIR = tmp_path / "secrets"
    _empty()
    with translation.override("en"):
        yield
    _empty()
    connections["ballots"].close()


def _empty() -> None:
    for table in (Ballot, SealedBallot, ShutUrn):
        table.objects.all().delete()
