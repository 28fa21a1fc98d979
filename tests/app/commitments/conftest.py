"""Both companies, ready to give their word."""

from __future__ import annotations

import pytest

import personas
from promised import Promises


@pytest.fixture
def promises(db) -> Promises:
    return Promises(personas.cast(client="Client Works", supplier="Supplier Works", people=1))
