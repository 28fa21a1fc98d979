"""The demonstration, loaded once for all the tests that only look at it or go on from it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import settings as configured
from django.core.management import call_command

import personas
from reciproque.app.survey.urn.models import Ballot, SealedBallot, ShutUrn
from reciproque.demo import load


@pytest.fixture(scope="module")
def told(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[None]:
    """Every story, committed; nothing of it is left behind."""
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock():
        patch.setattr(configured, "SECRETS_DIR", tmp_path_factory.mktemp("secrets"))
        personas.functions()
        load.load()
        yield
        call_command("flush", interactive=False, verbosity=0)
        for table in (Ballot, SealedBallot, ShutUrn):
            table.objects.all().delete()
        personas.functions()


@pytest.fixture
def demonstration(told, db, settings) -> None:
    """Demonstration mode, in which anybody may enter as anybody."""
    settings.DEMO = True
