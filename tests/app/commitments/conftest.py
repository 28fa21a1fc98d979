"""Both companies, ready to give their word, in English."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils import translation

import personas
from promised import Promises
from reciproque.app.directory.models import Account


@pytest.fixture
def promises(db) -> Iterator[Promises]:
    made = Promises(personas.cast(client="Client Works", supplier="Supplier Works", people=1))
    Account.objects.update(language="en")
    with translation.override("en"):
        yield made
