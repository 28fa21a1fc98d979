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
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from html.parser import HTMLParser
from itertools import product
from urllib.parse import urljoin, urlsplit

import openpyxl
from django.core.cache import cache
from django.db.models import Count
from django.test import Client
from pypdf import PdfReader

from attack.census_world import World
from reciproque.app.reading.models import Publication
from reciproque.app.reading.queries.published import figures_of, reading_of
from reciproque.app.reading.queries.signs import gap_text, margin_text, sign_of
from reciproque.app.shared import clock
from reciproque.reports.charts.spec import Sign
from reciproque.science import derive

LINK = re.compile(r"""(?:href|src|hx-get)\s*=\s*["']([^"'#]+)""")
FRESH = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]*"|X-CSRFToken[^}]*}')
# Files, signing in, and pages about people and companies, where nothing of an answer could come from.
ELSEWHERE = (
    "/static/", "/accounts/", "/gallery", "/directory/people/", "/directory/org", "/directory/export",
    "/network/", "/portfolio/",
)  # fmt: skip
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
            return " ".join(_cells(self.body))
        return self.body.decode("utf-8", "replace")


def _cells(body: bytes) -> Iterator[str]:
    for sheet in openpyxl.load_workbook(io.BytesIO(body)).worksheets:
        for row in sheet.iter_rows(values_only=True):
            yield from (str(cell) for cell in row if cell is not None)


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


def refetched(made: World, visitor: Client, addresses: Iterable[str]) -> dict[str, Document]:
    """The same addresses once more."""
    found = {}
    with clock.at(made.moment):
        for address in addresses:
            cache.clear()
            response = visitor.get(address, secure=True)
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
        away = parts.netloc != "testserver" or parts.path.startswith(ELSEWHERE)
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
    return [
        page.get_contents().get_data() for page in PdfReader(io.BytesIO(document.body)).pages if page.get_contents()
    ]


# ---------------------------------------------------------------- Reading
SPOKEN = (
    "title",
    "alt",
    "aria-label",
    "aria-description",
    "aria-valuetext",
    "placeholder",
    "content",
    "value",
    "min",
    "max",
)
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
NUMBER = re.compile(r"(?<![\w.])(\d+(?:[.,]\d+)?)")
SCALE = {0.0, 3.0, 25.0, 50.0, 75.0, 97.0, 100.0}  # ends, quarters, and where the arrow of an open band stands
LEGEND = 'id="legend-t"'
PLACE = re.compile(r'\b(x|x1|x2|cx|width)="(-?[\d.]+)%"')
MARGIN = re.compile(r"give or take (\d+)")
FINE = 0.02  # what two decimals of a percentage cannot say


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
    """Places on 0..100 that are no number of the drawing or of its description, nor one of them and its margin."""
    if LEGEND in chart:
        return []
    said = " ".join(words_of(chart))
    written = SCALE | {float(n.replace(",", ".")) for n in NUMBER.findall(said)}
    margins = {0.0} | {float(n) for n in MARGIN.findall(said)}
    points = {max(0.0, min(100.0, place)) for a in written for m in margins for place in (a - m, a + m)}
    lengths = {abs(a - b) for a in written for b in written}
    found = set()
    for name, share in PLACE.findall(chart):
        if name == "width":
            place, known = float(share) / 0.97, lengths | {100 / 0.97}
        else:
            place, known = (float(share) - 1.5) / 0.97, points
        if min(abs(place - one) for one in known) > FINE:
            found.add(round(place, 2))
    return sorted(found)


# ---------------------------------------------------------------- Numbers
READ = re.compile(r"^/(reading/.*)?$|^/survey/waves/|^/dialogue/sessions/")
DATES = re.compile(
    r"\b\d{1,2}(?:st|nd|rd|th)? (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?\s+\d{4}"
    r"|\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?\s+(?:\d{1,2}, )?\d{4}"
    r"|\b\d{4}-\d\d-\d\d(?:[T ][\d:.+]*)?|\b\d{1,2}/\d{1,2}/\d{4}|\b\d{1,2}:\d\d\b|\b\d{1,2} [ap]\.m\.",
    re.IGNORECASE,
)
FIGURE = re.compile(r"(?<![\w./:@#=-])[+−-]?(\d+(?:[.,]\d+)?)(?![\w@/:]|[.,]\d)")
# The rules of publication, the form and its scale, steps and pages: the same whatever anybody answered.
RULES = {float(n) for n in (*range(11), 12, 14, 16, 20, 24, 25, 30, 50, 60, 75, 80, 100, 140, 0.1)}
RULES |= {83.0}  # the example of an open band, in the page about what may not be shown
# Fingerprints of figures and keys, receipts: signs, not numbers.
SIGNS = re.compile(r"(?:\b[0-9a-f]{4}\b\s*){3,}|(?:\b[0-9A-Z]{4}\b\s*){3}|\b[0-9a-f]{20,}\b|#\d+")


def numbers_of(text: str) -> list[float]:
    """Numbers in what is said, dates and times left out."""
    return [float(n.replace(",", ".")) for n in FIGURE.findall(SIGNS.sub(" ", DATES.sub(" ", text)))]


def told(publications: Iterable[Publication]) -> set[float]:
    """Every number that published figures give by arithmetic, written as the product writes it."""
    found: set[float] = set()
    readings = []
    for publication in publications:
        figures = figures_of(publication)
        for figure in figures:
            found |= {n for n in (figure.value, figure.low, figure.high, figure.n) if n is not None}
            if figure.kind in ("share", "abstain"):
                found |= {100 * (figure.low or 0), 100 * (1 if figure.high is None else figure.high)}
        readings.append(reading_of(publication))
    for reading in readings:
        found |= _of_reading(reading)
    return {round(n, 2) for n in found}


def _of_reading(reading: derive.Reading) -> set[float]:
    """Points, bounds, margins, gaps: through the words that the product puts on a figure."""
    said = []
    for side in reading.sides.values():
        scores = [*side.dimensions.values(), *side.items.values(), side.profile, side.mirror_direct, side.mirror]
        signs = [sign_of(score) for score in scores if score is not None]
        said += [f"{sign.text} {sign.around} {sign.low} {sign.high} {sign.margin}" for sign in signs]
        said += [f"{rank.first} {rank.last}" for rank in side.ranks]
    client, supplier = reading.sides.values()
    for gap in reading.gaps:
        for span in (gap.reciprocity, *gap.lucidity.values(), *gap.assumed.values()):
            said += [margin_text(span.margin), gap_text(span, None, None)]
        for one, other in product((client, supplier), repeat=2):
            said += [
                gap_text(gap.reciprocity, _sign(one, code), _sign(other, code)) for code in (gap.code, f"{gap.code}m")
            ]
    return {float(n.replace(",", ".")) for n in NUMBER.findall(" ".join(said))}


def _sign(side: derive.SideReading, code: str) -> Sign | None:
    scores = {"profile": side.profile, "index": side.mirror_direct, "indexm": side.mirror} | {
        **side.dimensions,
        **side.items,
    }
    score = scores.get(code)
    return sign_of(score) if score else None


def unexplained(document: Document, known: set[float]) -> list[float]:
    """Numbers of a document that are no figure and follow from none."""
    return sorted({n for n in numbers_of(document.text) if round(n, 2) not in known})


def counters(made: World) -> set[float]:
    """Numbers of people, ballots and mails of each wave: what they are in this world."""
    found: set[float] = set()
    for wave in made.waves.values():
        mine = wave.mails.values_list("invitation__side").annotate(n=Count("pk")).values_list("n", flat=True)
        asked = [wave.invitations.filter(side=side).count() for side in ("client", "supplier")]
        ballots = [wave.ballots_client or 0, wave.ballots_supplier or 0]
        found |= {float(n) for n in (*mine, *asked, sum(asked), *ballots, sum(ballots))}
    return found
