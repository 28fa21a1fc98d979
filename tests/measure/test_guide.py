"""The session printed in the guide is what the command prints."""

import re
from pathlib import Path

import pytest

from measure.measured import FORGE, page_of
from measure.test_outputs import printed
from reciproque.measure import language

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.mark.parametrize("spoken", ["en", "fr"])
def test_the_session_of_the_guide(spoken):
    text = (DOCS / spoken / "measure.md").read_text(encoding="utf-8")
    session = re.search(r"```text\n\$ reciproque measure examples/forge\.csv.*?\n(.*?)```", text, re.DOTALL)
    language.use(spoken)
    try:
        lines = [line.rstrip() for line in printed(page_of(FORGE, raw=False)).splitlines()]
    finally:
        language.use("en")
    shown = [line for line in session[1].splitlines() if line != "[…]"]
    assert len(shown) > 25
    assert [line for line in shown if line not in lines] == []
