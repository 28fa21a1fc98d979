"""Everything that each visitor can fetch, and what it depends on.

Three questions. Do the pages depend on anything about answers besides the published figures? (What is private is
changed: nothing may move.) Do drawings say more than the numbers written beside them? (Places are read back.) Is each
number a published figure, follows from one by arithmetic, or stands in the short list of counters?
"""

from __future__ import annotations

import io
import re
import zipfile
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from django.core.cache import cache
from django.test import Client
from pypdf import PdfReader

from attack.census_world import World
from reciproque.app.shared import clock

LINK = re.compile(r"""(?:href|src|hx-get)\s*=\s*["']([^"'#]+)""")
FRESH = re.compile(
    rb"""name="csrfmiddlewaretoken" value="[^"]*"|X-CSRFToken[^}]*}|nonce="[^"]*"|"csrf":\s*"[^"]*"|id="id_[a-z]+-token"[^>]*"""
)
MOST = 600


@dataclass(frozen=True)
class Document:
    """One answer of the server: what it is, its bytes less what is drawn anew each time, and what it says."""

    address: str
    kind: str
    body: bytes

    @property
    def html(self) -> str:
        return self.body.decode("utf-8", "replace") if "html" in self.kind else ""

    @property
    def text(self) -> str:
        if "html" in self.kind:
            return " ".join(words_of(self.html))
        if "pdf" in self.kind:
            return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(self.body)).pages)
        if "spreadsheetml" in self.kind:
            return " ".join(words_of(_sheets(self.body)))
        return self.body.decode("utf-8", "replace")


def _sheets(body: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        names = [name for name in archive.namelist() if name.startswith("xl/") and name.endswith(".xml")]
        return "\n".join(archive.read(name).decode() for name in names)


# ---------------------------------------------------------------- Fetching
def documents(made: World, visitor: Client) -> dict[str, Document]:
    """From the front door along every link, at the moment at which the world was made."""
    waiting = deque(["/", *_doors(made)])
    known, found = set(waiting), {}
    with clock.at(made.moment):
        while waiting and len(found) < MOST:
            address = waiting.popleft()
            cache.clear()
            response = visitor.get(address, secure=True)
            if response.status_code >= 500:
                raise RuntimeError(f"{address}: {response.status_code}")
            for link in _onward(address, response):
                if link not in known:
                    known.add(link)
                    waiting.append(link)
            if response.status_code == 200:
                found[address] = _document(address, response)
    return found


def _document(address: str, response: object) -> Document:
    body = b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[attr-defined]
    kind = response.headers.get("Content-Type", "")  # type: ignore[attr-defined]
    return Document(address, kind, FRESH.sub(b"", body) if "html" in kind else _plain(kind, body))


def _plain(kind: str, body: bytes) -> bytes:
    """Documents carry the second at which they were made: what they hold is compared, not their wrapping."""
    if "spreadsheetml" in kind:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            kept = {name: archive.read(name) for name in archive.namelist() if not name.startswith("docProps/")}
        again = io.BytesIO()
        with zipfile.ZipFile(again, "w") as archive:
            for name in sorted(kept):
                archive.writestr(zipfile.ZipInfo(name), kept[name])
        return again.getvalue()
    return body


def _doors(made: World) -> list[str]:
    waves = [wave.key for wave in made.waves.values()]
    found = [f"/reading/waves/{key}/{page}" for key in waves for page in ("", "limits/", "report.pdf", "figures.xlsx")]
    found += [f"/reading/waves/{key}/{page}" for key in waves for page in ("texts/", "open/")]
    return found + [f"/survey/waves/{key}/{page}" for key in waves for page in ("", "people/", "receipts/", "outbox/")]


def _onward(here: str, response: object) -> Iterator[str]:
    headers = response.headers  # type: ignore[attr-defined]
    links = [headers["Location"]] if "Location" in headers else []
    if "html" in headers.get("Content-Type", "") and response.status_code == 200:  # type: ignore[attr-defined]
        links += LINK.findall(response.content.decode("utf-8", "replace"))  # type: ignore[attr-defined]
    for link in links:
        parts = urlsplit(urljoin(f"https://testserver{here}", unescape(link)))
        away = parts.netloc != "testserver" or parts.path.startswith(("/static/", "/accounts/", "/gallery"))
        if not away and not parts.query:
            yield parts.path


def differences(before: Mapping[str, Document], after: Mapping[str, Document]) -> list[str]:
    """Addresses whose content is not the same; a PDF is compared page by page as text and drawing."""
    common = before.keys() & after.keys()
    return sorted((before.keys() ^ after.keys()) | {a for a in common if not _same(before[a], after[a])})


def _same(one: Document, other: Document) -> bool:
    if one.body == other.body:
        return True
    return "pdf" in one.kind and _drawn(one) == _drawn(other)


def _drawn(document: Document) -> list[bytes]:
    return [page.get_contents().get_data() for page in PdfReader(io.BytesIO(document.body)).pages if page.get_contents()]


# ---------------------------------------------------------------- Reading
SPOKEN = ("title", "alt", "aria-label", "aria-description", "aria-valuetext", "placeholder", "content", "value", "min", "max")
UNSPOKEN = ("script", "style", "template")


class _Words(HTMLParser):
    """Texts and the attributes that are read aloud or sent; keys and addresses are not words."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.silent += tag in UNSPOKEN
        named = dict(attrs)
        hidden = tag == "input" and named.get("type") in ("hidden", "checkbox", "radio", "submit")
        for name, value in attrs:
            if value and not hidden and (name in SPOKEN or name.startswith("data-")) and tag != "meta":
                self.words.append(value)

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in UNSPOKEN

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.words.append(data)


def words_of(markup: str) -> list[str]:
    reader = _Words()
    reader.feed(markup)
    return [word for said in reader.words if (word := said.strip())]


# ---------------------------------------------------------------- Drawings
CHART = re.compile(r'<svg class="chart"[^>]*>.*?</svg>\s*(?=<(?!/?(?:line|rect|text|circle|path|svg))|$)', re.S)
PLACES = re.compile(r'\b(?:x|x1|x2|cx|width)="(-?[\d.]+)%"')
NUMBER = re.compile(r"(?<![\w.])(\d+(?:[.,]\d+)?)")
SCALE = {0.0, 3.0, 25.0, 50.0, 75.0, 97.0, 100.0}  # ends, quarters, and where the arrow of an open band stands
LEGEND = 'id="legend-t"'


def charts(html: str) -> list[str]:
    """Outer drawings; those nested in them included."""
    found, start = [], html.find('<svg class="chart"')
    while start >= 0:
        end, depth = start, 0
        for tag in re.finditer(r"<svg\b[^>]*?(/?)>|</svg>", html[start:]):
            depth += -1 if tag[0].startswith("</") else 0 if tag[1] else 1
            end = start + tag.end()
            if depth == 0:
                break
        found.append(html[start:end])
        start = html.find('<svg class="chart"', end)
    return found


def unwritten_places(chart: str) -> list[float]:
    """Places on 0..100 that are no number written in the drawing or in its description, nor its sum with a margin."""
    if LEGEND in chart:
        return []
    written = {float(n.replace(",", ".")) for n in NUMBER.findall(" ".join(words_of(chart)))}
    known = SCALE | written | {abs(a - b) for a in written for b in written} | {a + b for a in written for b in written}
    drawn = set()
    for name, place in re.findall(r'\b(x|x1|x2|cx|width)="(-?[\d.]+)%"', chart):
        share = float(place)
        if name == "width" and share == 100:
            continue
        drawn.add(share / 0.97 if name == "width" else (share - 1.5) / 0.97)
    near = {known_place for known_place in known}
    return sorted(round(place, 2) for place in drawn if min(abs(place - k) for k in near) > 0.02)
