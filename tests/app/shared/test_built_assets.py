"""The built files keep the promises made about them: light for respondents, and nothing a strict policy refuses."""

import json
import re
from pathlib import Path

import pytest

import reciproque

BUILT = Path(reciproque.__file__).parent / "static/built"
FONTS_AT_MOST = 80_000


@pytest.fixture(scope="module")
def manifest():
    return json.loads((BUILT / ".vite/manifest.json").read_text())


def test_the_fonts_of_the_answering_pages_fit_their_budget(manifest):
    fonts = [BUILT / file for file in manifest["src/respond.js"]["assets"] if file.endswith(".woff2")]
    assert len(fonts) == 3
    assert sum(font.stat().st_size for font in fonts) <= FONTS_AT_MOST


def test_the_answering_pages_ask_for_few_files(manifest):
    """Page, style, script, icon and three fonts: seven requests, eight at most with one shared script."""
    entry = manifest["src/respond.js"]
    assert len(entry["css"]) == 1
    assert len(entry.get("imports", [])) <= 1


@pytest.mark.parametrize("name", ["src/app.js", "src/respond.js"])
def test_styles_load_nothing_from_elsewhere(manifest, name):
    entry = manifest[name]
    styles = [
        file for part in (entry, *(manifest[i] for i in entry.get("imports", []))) for file in part.get("css", [])
    ]
    assert styles
    for file in styles:
        addresses = re.findall(r"url\(([^)]*)\)", (BUILT / file).read_text())
        assert addresses
        assert [a for a in addresses if not a.strip("\"'").startswith(("./", "#", "data:"))] == []
