"""A wave from its first line to its opening, through the actions."""

import pytest

from wave_steps import closed

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "ballots"]),
    pytest.mark.usefixtures("urn_store"),
]


def test_a_wave_opens_when_both_keys_have_turned(cast):
    made = closed(cast)
    assert made.turn("client_sponsor") is None
    opened = made.turn("supplier_sponsor")
    assert opened is not None
    assert opened.publication.level == "dimensions"
    assert {figure.side for figure in opened.publication.figures} == {"client", "supplier"}
