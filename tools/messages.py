"""The French catalogue: compile the fragments of each capability into one file, or check that none lacks its French.

python tools/messages.py compile
python tools/messages.py check
"""

import io
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent / "src/reciproque"
FRENCH = ROOT / "locale/fr"
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}


def merged() -> Catalog:
    whole = Catalog(locale="fr", domain="django", charset="utf-8")
    for path in sorted((FRENCH / "fragments").glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale="fr"):
                if message.id:
                    whole.add(message.id, message.string, context=message.context, flags=message.flags)
    return whole


def compile_catalogue() -> None:
    target = FRENCH / "LC_MESSAGES/django.mo"
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as file:
        write_mo(file, merged())


def _python_source(path: Path) -> bytes:
    if path.suffix == ".py":
        return path.read_bytes()
    from django.conf import settings
    from django.utils.translation.template import templatize

    if not settings.configured:
        settings.configure()
    source = templatize(path.read_text(encoding="utf-8"), origin=str(path))
    return "\n".join(line.lstrip() for line in source.splitlines()).encode()  # a template's indents are not Python's


def wanted() -> Iterator[tuple[Path, int, object, str | None]]:
    """Every translatable sentence of the code and of the templates."""
    files = [
        *ROOT.rglob("*.py"),
        *ROOT.rglob("templates/**/*.html"),
        *ROOT.rglob("templates/**/*.txt"),
        *ROOT.rglob("*.mjml"),
    ]
    for path in sorted(set(files)):
        source = io.BytesIO(_python_source(path))
        for line, ids, _comments, context in extract("python", source, keywords=KEYWORDS):
            yield path, line, ids, context


def problems() -> Iterator[str]:
    catalogue = merged()
    seen: set[tuple[object, str | None]] = set()
    for path, line, ids, context in wanted():
        key = ids[0] if isinstance(ids, tuple) else ids
        if not key or (key, context) in seen:
            continue
        seen.add((key, context))
        found: Message | None = catalogue.get(key, context)
        strings = (found.string,) if found and isinstance(found.string, str) else (found.string if found else ())
        if found is None or not strings or not all(strings):
            yield f"{path.relative_to(ROOT)}:{line}: no French for {key!r}"
        elif found.fuzzy:
            yield f"{path.relative_to(ROOT)}:{line}: the French of {key!r} is marked fuzzy"


def main() -> int:
    if sys.argv[1:] == ["compile"]:
        compile_catalogue()
        return 0
    if sys.argv[1:] == ["check"]:
        found = list(problems())
        print("\n".join(found) or "French catalogue complete.")
        return 1 if found else 0
    print(__doc__)
    return 2


if __name__ == "__main__":
    sys.exit(main())
