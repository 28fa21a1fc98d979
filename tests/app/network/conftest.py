"""A web in the making, and a small one whose halves lie side by side."""

from __future__ import annotations

import pytest

import personas
from reciproque.app.network.models import Shown
from webs import Web


@pytest.fixture
def web(db) -> Web:
    return Web(personas.cast(client="Client Works", supplier="Supplier Works"))


@pytest.fixture
def drawn(web: Web) -> Web:
    """A small web, compared: three ties that both declare, one of each side alone, one that each keeps to itself."""
    web.both_say("Alice Client", "Sam Supplier", "daily", ("purchasing", "sales"))
    web.both_say("Bruno Client", "Tess Supplier", "monthly", ("quality", "quality"))
    web.both_say("Chloe Client", "Sam Supplier", "monthly", ("production", "sales"))
    web.says("client", "Chloe Client", "Uma Supplier", own_function="production", function="production")
    web.says("supplier", "Vic Supplier", "Alice Client", own_function="logistics", function="purchasing")
    web.says("client", "Alice Client", "Private Canary", subject="Hidden canary", shown=Shown.OWN)
    web.says("supplier", "Sam Supplier", "Quiet Canary", subject="Mute canary", shown=Shown.FACILITATOR)
    web.ready()
    return web
