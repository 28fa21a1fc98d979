"""The bill of materials says what runs, and nothing of where it was fetched."""

import json
import re

import pytest

from security.source import ROOT


@pytest.fixture(scope="module")
def tool():
    from importlib.util import module_from_spec, spec_from_file_location

    spec = spec_from_file_location("sbom", ROOT / "tools/sbom.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_it_is_up_to_date_and_the_same_each_time(tool):
    assert tool.TARGET.read_text(encoding="utf-8") == tool.written() == tool.written()


def test_every_pinned_library_is_in_it_with_its_version(tool):
    listed = {(one["name"], one["version"]) for one in json.loads(tool.TARGET.read_text())["components"]}
    pinned = re.findall(r"^([\w.-]+)(?:\[[^\]]*\])?==([^\s\\;]+)", (ROOT / "requirements/base.txt").read_text(), re.M)
    assert len(pinned) >= 40
    assert set(pinned) <= listed
    assert {"htmx.org", "daisyui", "tailwindcss"} <= {name for name, _version in listed}


def test_it_names_no_place_no_date_and_no_machine(tool):
    text = tool.TARGET.read_text(encoding="utf-8")
    assert not re.search(r"https?://|timestamp|serialNumber|/work|/home|/tmp|index-url", text)


def test_a_library_that_forbids_selling_or_closing_is_not_among_them(tool):
    licences = [one["licenses"][0]["expression"] for one in tool.bill()["components"] if "licenses" in one]
    assert len(licences) >= 40
    assert not [licence for licence in licences if re.search(r"AGPL|(?<!L)GPL|NC|SSPL|BUSL", licence)]


def test_libraries_asked_for_directly_are_counted(tool):
    """Each one is a choice with a reason; their number does not grow unseen."""
    said = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    assert f"{len(tool.direct())} libraries asked for directly" in said
