"""The wheel carries everything that is built, and serves styled French pages where nothing can be built."""

import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import reciproque
from installations import Installation, fetch, free_port

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]
SOURCE = Path(reciproque.__file__).parent
CARRIED = ("html", "txt", "mjml", "typ", "toml", "ttf", "woff2", "svg", "css", "js", "br", "gz", "json", "mo", "py")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Built from a copy, so that nothing left in the source tree by another build gets in, nor anything of this one."""
    folder = tmp_path_factory.mktemp("wheel")
    ignored = shutil.ignore_patterns("*.egg-info", "__pycache__")
    for name in ("src", "requirements"):
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    for name in ("pyproject.toml", "README.md", "LICENSE-NOTICE.md"):
        shutil.copy(ROOT / name, folder)
    build = [sys.executable, "-m", "build", "--wheel", "--installer", "uv", "--outdir", folder, folder]
    subprocess.run(build, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def names(wheel):
    return set(zipfile.ZipFile(wheel).namelist())


def test_every_file_that_the_product_reads_is_carried(names):
    wanted = {
        f"reciproque/{path.relative_to(SOURCE).as_posix()}"
        for path in SOURCE.rglob("*")
        if path.is_file() and path.suffix[1:] in CARRIED and not path.name.startswith("manifest.json.")
    }
    assert {
        "reciproque/static/built/.vite/manifest.json",
        "reciproque/locale/fr/LC_MESSAGES/django.mo",
        "reciproque/instruments/reciproque.toml",
    } <= wanted, "run `make assets messages` first"
    assert wanted - names == set()
    assert {name for name in names if name.startswith("reciproque/static/")} <= wanted, "left from an older build"


def test_nothing_of_the_workshop_is_carried(names):
    assert all(name.startswith(("reciproque/", "reciproque-")) for name in names)
    assert not [name for name in names if name.endswith((".po", ".pyc", ".map")) or "/tests/" in name]


def test_only_what_the_product_runs_on_is_asked_for(wheel):
    with zipfile.ZipFile(wheel) as archive:
        name = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        metadata = archive.read(name).decode()
    needed = [line for line in metadata.splitlines() if "extra ==" not in line]  # extras are asked for by name
    wanted = set(re.findall(r"^Requires-Dist: (\S+?)[\[<>=~! ;]", "\n".join(needed), re.MULTILINE))
    listed = re.findall(r"^([A-Za-z][\w-]*)", (ROOT / "requirements/base.in").read_text(), re.MULTILINE)
    assert wanted == set(listed)
    assert not wanted & {"pytest", "ruff", "mypy", "pyspark"}
    assert "License-Expression: Apache-2.0" in metadata


def test_the_wheel_serves_styled_french_pages(wheel, tmp_path):
    place = tmp_path / "site"
    zipfile.ZipFile(wheel).extractall(place)
    installed = Installation(tmp_path / "data", {"PYTHONPATH": str(place), "PATH": "/nowhere"})
    where = "import reciproque; print(reciproque.__file__)"
    assert installed.python(where).strip() == str(place / "reciproque/__init__.py")
    port = free_port()
    with installed.start("serve", "--port", port, "--workers", 1):
        status, page = fetch(f"http://127.0.0.1:{port}/accounts/login/")
        assert status == 200
        assert '<html lang="fr"' in page
        assert "Se connecter" in page
        addresses = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', page))
        assert any(address.endswith(".css") for address in addresses)
        assert any(address.endswith(".js") for address in addresses)
        for address in addresses:
            assert fetch(f"http://127.0.0.1:{port}{address}")[0] == 200
    said = installed.run("check").stdout
    assert "not built" not in said
    assert "catalogue" not in said
