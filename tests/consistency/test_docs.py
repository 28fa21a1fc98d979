"""The documents speak of everything that exists, in both languages."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
READERS = re.compile(r"\benv\.[a-z_]+\(\"([A-Z_]+)\"")


def settings_read() -> set[str]:
    return {
        name
        for path in (ROOT / "src/reciproque/config").glob("*.py")
        for name in READERS.findall(path.read_text(encoding="utf-8"))
    }


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_setting_is_documented(language):
    text = (ROOT / f"docs/{language}/install.md").read_text(encoding="utf-8")
    assert {name for name in settings_read() if f"`{name}`" not in text} == set()


def test_every_page_exists_in_both_languages():
    names = {language: {p.name for p in (ROOT / f"docs/{language}").glob("*.md")} for language in ("en", "fr")}
    assert names["en"] == names["fr"]


def test_every_relative_link_leads_somewhere():
    for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]:
        for target in re.findall(r"\]\(([^)#:]+?)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.relative_to(ROOT)} links to {target}"


def test_decisions_have_distinct_numbers():
    numbers = [path.name.split("-")[0] for path in (ROOT / "docs/adr").glob("*.md")]
    assert len(numbers) == len(set(numbers)), sorted(numbers)
