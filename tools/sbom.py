"""The bill of materials of what runs: Python libraries, packages built into the pages, fonts (CycloneDX 1.6, JSON).

python tools/sbom.py          writes docs/security/sbom.cdx.json
python tools/sbom.py check    says whether it is up to date

Made from the pinned files and the licences that the libraries declare; the same input gives the same bytes.
"""

import base64
import json
import re
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs/security/sbom.cdx.json"
PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)\s*(?:;\s*([^\\]+?))?\s*\\?$", re.M)
BUILT_IN = ("htmx.org", "tailwindcss", "daisyui", "@fontsource-variable/newsreader",
            "@fontsource-variable/schibsted-grotesk")  # fmt: skip
CLASSIFIERS = {
    "MIT License": "MIT", "BSD License": "BSD-3-Clause", "Apache Software License": "Apache-2.0",
    "Python Software Foundation License": "PSF-2.0",
    "GNU Lesser General Public License v3 (LGPLv3)": "LGPL-3.0-only",
}  # fmt: skip


def direct() -> list[str]:
    """The libraries that the product asks for itself."""
    lines = (ROOT / "requirements/base.in").read_text(encoding="utf-8").splitlines()
    return [re.split(r"[\[<>=;]", line)[0].strip().lower() for line in lines if line and not line.startswith("#")]


def python() -> Iterator[dict[str, Any]]:
    asked = set(direct())
    for name, version, condition in PINNED.findall((ROOT / "requirements/base.txt").read_text(encoding="utf-8")):
        component = _component(name, version, f"pkg:pypi/{name.lower()}@{version}", _licence(name))
        reach = "direct" if name.lower() in asked else "through another"
        component["properties"] = [{"name": "reciproque:asked", "value": reach}]
        if condition:
            component["properties"].append({"name": "reciproque:only", "value": condition})
        yield component


def pages() -> Iterator[dict[str, Any]]:
    packages = json.loads((ROOT / "frontend/package-lock.json").read_text(encoding="utf-8"))["packages"]
    for name in BUILT_IN:
        found = packages[f"node_modules/{name}"]
        url = name.replace("@", "%40")
        component = _component(name, found["version"], f"pkg:npm/{url}@{found['version']}", found["license"])
        kind, _dash, digest = found["integrity"].partition("-")
        content = base64.b64decode(digest).hex()
        component["hashes"] = [{"alg": kind.replace("sha", "SHA-"), "content": content}]
        yield component


def bill() -> dict[str, Any]:
    components = sorted([*python(), *pages()], key=lambda one: one["bom-ref"])
    own = {"type": "application", "bom-ref": "reciproque", "name": "reciproque"}
    needed = [one["bom-ref"] for one in components]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": own},
        "components": components,
        "dependencies": [{"ref": "reciproque", "dependsOn": needed}, *({"ref": ref} for ref in needed)],
    }


def written() -> str:
    return json.dumps(bill(), indent=1, ensure_ascii=False) + "\n"


def _component(name: str, version: str, purl: str, licence: str) -> dict[str, Any]:
    one: dict[str, Any] = {"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl}
    if licence:
        one["licenses"] = [{"expression": licence}]
    return one


def _licence(name: str) -> str:
    """What the library declares, or nothing when it is not installed here (another platform) or says it in prose."""
    try:
        said = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return ""
    if expression := said.get("License-Expression"):
        return str(expression)
    ends = [line.rpartition(" :: ")[2] for line in said.get_all("Classifier") or [] if line.startswith("License ::")]
    return " AND ".join(sorted({CLASSIFIERS[end] for end in ends if end in CLASSIFIERS}))


def main(arguments: list[str]) -> int:
    text = written()
    if arguments == ["check"]:
        same = TARGET.exists() and TARGET.read_text(encoding="utf-8") == text
        print("The bill of materials is up to date." if same else "Out of date: run make sbom.")
        return 0 if same else 1
    TARGET.write_text(text, encoding="utf-8")
    print(f"{len(bill()['components'])} components, {len(direct())} of them asked for directly.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
