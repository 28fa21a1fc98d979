"""What somebody with a copy of every byte looks for, in which spellings, and where."""

from __future__ import annotations

import base64
import gzip
import json
import os
import re
import subprocess
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote_plus

WINDOW = 9  # answers in a row: one in forty million by chance
PIECE = 48  # bytes of a sealed body that are looked for
PG_DUMP = b"PGDMP"


# ---------------------------------------------------------------- Spellings
def of_a_text(text: str) -> list[bytes]:
    """A text as it may lie in a file: plain, escaped, in hexadecimal, in base 64 wherever it starts, in two bytes."""
    plain = text.encode()
    forms = [plain, json.dumps(text)[1:-1].encode(), quote_plus(text).encode(), text.encode("utf-16-le")]
    return [*dict.fromkeys([*forms, *of_bytes(plain)])]


def of_bytes(content: bytes) -> list[bytes]:
    return [content, content.hex().encode(), content.hex().upper().encode(), *in_base64(content)]


def in_base64(content: bytes) -> Iterator[bytes]:
    """The signs that do not depend on what stands before or after, for each of the three places it may start at."""
    for before in range(3):
        whole = base64.b64encode(bytes(before) + content)
        sure = whole[(before * 8 + 5) // 6 : (before + len(content)) * 8 // 6]
        if len(sure) >= 12:
            yield sure
            if sure != (safe := sure.replace(b"+", b"-").replace(b"/", b"_")):
                yield safe


def of_answers(answers: Mapping[str, int]) -> list[bytes]:
    """A person's answers, unlike anybody else's: every way in which a few in a row could be written down."""
    found: list[bytes] = []
    for items in (list(answers.items()), sorted(answers.items())):
        for start in range(0, len(items) - WINDOW + 1, WINDOW):
            found += _in_a_row(items[start : start + WINDOW])
    return found


def _in_a_row(items: Sequence[tuple[str, int]]) -> Iterator[bytes]:
    texts = [glue.join(shape.format(code, point) for code, point in items) for shape, glue in SHAPES]
    numbers = [point for _code, point in items]
    texts += [glue.join(map(str, numbers)) for glue in (",", ", ", "", " ", ";", "\t")]
    for text in texts[:2]:
        yield from in_base64(text.encode())
    yield from (text.encode() for text in texts)
    yield bytes(numbers)
    yield b"".join(b"K" + bytes([point]) for point in numbers)  # as Python pickles small numbers


SHAPES = (
    ('"{}":{}', ","),
    ('"{}": {}', ", "),
    ('"{}":"{}"', ","),
    ('"{}": "{}"', ", "),
    ("'{}': {}", ", "),
    ("'{}': '{}'", ", "),
    ("{}={}", "&"),
    ("{}={}", " "),
    ("{}={}", ", "),
    ("{}={}", "; "),
)


def of_a_token(signs: str, token: bytes) -> list[bytes]:
    return [signs.encode(), signs.lower().encode(), *of_bytes(token)]


def of_a_phrase(phrase: str) -> list[bytes]:
    """Four of its words in a row."""
    words = phrase.split()
    windows = [words[at : at + 4] for at in range(4)]
    glues = (" ", "-", "+", "%20", "", "\n", ",", '", "', '","', "', '", "</li><li>")
    return [glue.join(window).encode() for window in windows for glue in glues]


def of_a_body(body: bytes) -> list[bytes]:
    """Pieces of sealed bytes: enough to tell that a ballot is still somewhere."""
    pieces = [body[at : at + PIECE] for at in (0, len(body) // 2, len(body) - PIECE)]
    return [form for piece in pieces for form in (piece, piece.hex().encode())]


# ---------------------------------------------------------------- Places
def files_under(*roots: Path, since: float = 0) -> Iterator[Path]:
    """Every file, or those written since a moment."""
    for root in roots:
        for path in sorted(root.rglob("*")):
            with suppress(OSError):
                if path.is_file() and path.stat().st_mtime >= since:
                    yield path


def readable(path: Path) -> bytes:
    """A file and what it wraps: dumps and compressed parts laid open."""
    try:
        content = path.read_bytes()
    except OSError:
        return b""
    return content + opened(content, path)


def opened(content: bytes, path: Path | None = None) -> bytes:
    if content.startswith(PG_DUMP) and path:
        return subprocess.run([pg_restore(), "-f", "-", str(path)], capture_output=True, check=True).stdout
    if content.startswith(b"\x1f\x8b"):
        with suppress(OSError, EOFError, zlib.error):
            return gzip.decompress(content)
    return b"".join(_inflated(found[0]) for found in re.finditer(rb"\.eJ[\w-]{20,}", content))


def _inflated(signed: bytes) -> bytes:
    """Sessions and cookies that were compressed before they were signed."""
    text = signed[1:]
    with suppress(zlib.error, ValueError):
        return zlib.decompress(base64.urlsafe_b64decode(text + b"=" * (-len(text) % 4)))
    return b""


def pg_restore() -> str:
    return str(sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_restore"))[-1])


@dataclass(frozen=True)
class Hit:
    place: str
    kind: str
    needle: bytes


@dataclass
class Needles:
    """What is looked for, by kind."""

    kinds: dict[str, list[bytes]] = field(default_factory=dict)

    def add(self, kind: str, needles: Iterable[bytes]) -> None:
        self.kinds.setdefault(kind, []).extend(needles)

    def only(self, *kinds: str) -> Needles:
        return Needles({kind: self.kinds[kind] for kind in kinds})

    def sought_in(self, content: bytes, place: str) -> list[Hit]:
        return [
            Hit(place, kind, needle)
            for kind, needles in self.kinds.items()
            for needle in dict.fromkeys(needles)
            if needle in content
        ]

    def __len__(self) -> int:
        return sum(map(len, self.kinds.values()))


def sweep(needles: Needles, files: Iterable[Path], root: Path) -> tuple[int, list[Hit]]:
    """How many files were read, and what was found."""
    read, hits = 0, []
    for path in files:
        content, read = readable(path), read + 1
        hits += needles.sought_in(content, os.path.relpath(path, root))
    return read, hits


# ---------------------------------------------------------------- Logs
ADDRESS = re.compile(rb"\b(?:\d{1,3}\.){3}\d{1,3}\b|\[?::1\]?")
RESPONDENT = re.compile(rb"(?:GET|POST|PUT|path|Path)?:?\s/(?:r|receipt)(?:/|\b)")


def said_of_respondents(log: bytes, own: str, agent: str) -> list[bytes]:
    """Lines of a log with an address, a browser, a respondent's page; but the one that says where it serves."""
    return [
        line
        for line in log.splitlines()
        if own.encode() not in line and (agent.encode() in line or ADDRESS.search(line) or RESPONDENT.search(line))
    ]
