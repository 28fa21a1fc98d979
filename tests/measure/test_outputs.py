"""The same figures in a terminal, as JSON, on paper and as a saved page; readable by everybody."""

import io
import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import jsonschema
import pypdf
import pytest

from measure.measured import EXAMPLES, FORGE, TWO_WAVES, as_document, changed, page_of, text_of
from reciproque.measure import as_json, language, results, terminal
from reciproque.reports import measure_html, measure_pdf


@pytest.fixture(autouse=True)
def _english_again():
    yield
    language.use("en")


def printed(page, width=80):
    out = io.StringIO()
    terminal.write(page, out, width=width)
    return out.getvalue()


def flat(text):
    """The words, whatever the lines and the marks of the drawings."""
    return re.sub(r"\s+", " ", text)


# ---------------------------------------------------------------- JSON
def test_the_schema_is_one_and_knows_every_reason():
    schema = json.loads(as_json.schema())
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$defs"]["reason"]["enum"] == list(results.REASONS)


@pytest.mark.parametrize("raw", [False, True])
def test_a_spreadsheet_from_a_french_excel_gives_the_same_bytes(raw):
    assert text_of(EXAMPLES / "forge.xlsx", raw=raw) == text_of(FORGE, raw=raw)


def test_what_is_promised_is_there():
    for raw in (False, True):
        one = as_document(FORGE, raw=raw)["relationships"][0]
        assert set(one) >= {"id", "wave", "sides", "gaps", "mirror", "states"}
        assert set(one["sides"]["client"]) >= {"n", "dimensions", "index", "unsaid"}
        assert set(one["sides"]["client"]["dimensions"]["F"]) >= {"mean", "low", "high", "n"}
        assert set(one["gaps"]["F"]) >= {"difference", "low", "high", "shrunken"}


def test_the_published_document_may_not_hold_raw_parts():
    document = as_document(FORGE, raw=False)
    raw_side = as_document(FORGE, raw=True)["relationships"][0]["sides"]["client"]
    document["relationships"][0]["sides"]["client"] = raw_side
    schema = jsonschema.Draft202012Validator(json.loads(as_json.schema()))
    assert not schema.is_valid(document)


def test_many_relationships_are_one_a_line(monkeypatch):
    monkeypatch.setattr(as_json, "INDENTED", 3)
    text = text_of(TWO_WAVES, raw=False)
    assert json.loads(text) == as_document(TWO_WAVES, raw=False)
    assert sum(line.startswith('    {"id": ') for line in text.splitlines()) == 16


# ---------------------------------------------------------------- Terminal
@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize(("path", "raw"), [(FORGE, False), (FORGE, True), (TWO_WAVES, False)])
def test_no_line_is_wider_than_the_terminal_and_no_colour_leaves_it(path, raw, width):
    text = printed(page_of(path, raw=raw), width)
    assert max(map(len, text.splitlines())) <= width
    assert "\x1b" not in text


def test_the_terminal_says_the_story_in_words():
    text = flat(printed(page_of(FORGE, raw=False)))
    for said in (
        "The client believes in an agreement that does not exist.",
        "the gap is +25, give or take 16 points: clear gap.",
        "78, between 65 and 92",
        "The client imagines 72. The supplier answers 48.",
        "It would take 12 answers on each side. The smaller side has 9.",
        "22 sets of answers, 1 relationship, 1 wave, 38 questions",
        "Questionnaire reciproque v0.1, not scientifically validated yet.",
    ):
        assert said in text, said


def test_both_sides_have_the_same_width_and_their_own_mark():
    lines = [line for line in printed(page_of(FORGE, raw=False)).splitlines() if line.startswith("Reliability ")]
    client, supplier = re.findall(r"[·━●◆]{5,}", lines[0])
    assert len(client) == len(supplier)
    assert ("●" in client, "◆" in client) == (True, False)
    assert ("●" in supplier, "◆" in supplier) == (False, True)


def test_french_is_complete():
    english = {text for text in map(str.strip, printed(page_of(TWO_WAVES, raw=False)).splitlines()) if " " in text}
    language.use("fr")
    french = printed(page_of(TWO_WAVES, raw=False))
    assert "Le client croit à un accord qui n’existe pas." in flat(french)
    assert "hausse nette" in french
    names = {line.strip() for line in french.splitlines() if " / " in line}
    common = {line.strip() for line in french.splitlines()} & english - names
    same_word = ("Dialogue ", "deux-vagues.csv")
    assert [line for line in common if re.search("[a-z]{4}", line) and not line.startswith(same_word)] == []


def test_an_open_band_is_an_arrow_and_a_bound():
    text = printed(page_of(TWO_WAVES, raw=False))
    assert "▶" in text
    assert "75 or more" in flat(text)


# ---------------------------------------------------------------- Paper
@pytest.fixture(scope="module")
def paper():
    return pypdf.PdfReader(io.BytesIO(measure_pdf.render(page_of(FORGE, raw=False))))


def test_the_document_is_tagged_named_and_says_the_same(paper):
    text = flat(" ".join(page.extract_text() for page in paper.pages))
    assert paper.metadata.title == "forge.csv"
    assert paper.trailer["/Root"]["/Lang"] == "en"
    assert paper.trailer["/Root"]["/MarkInfo"]["/Marked"]
    for said in ("The client believes in an agreement that does not exist.", "Clear gap", "between 61 and 87"):
        assert said in text, said


def test_a_page_each_and_no_more_than_asked(tmp_path):
    page = page_of(TWO_WAVES, raw=False, sheets=3)
    text = flat(" ".join(p.extract_text() for p in pypdf.PdfReader(io.BytesIO(measure_pdf.render(page))).pages))
    assert len(page.sheets) == 3
    assert "16 in the file, the first 15 in the summary, the first 3 in detail" in text


HOSTILE = '<script>alert(1)</script> #import "x" *bold* & "quotes" [link](http://x)'


def hostile(tmp_path):
    return changed(
        tmp_path / "hostile.csv",
        lambda _header, rows: [[HOSTILE, *row[1:]] for row in rows if row[2] == "0"],
        "Forge",
    )


def test_names_from_the_file_are_never_markup(tmp_path):
    page = page_of(hostile(tmp_path), raw=False)
    document = pypdf.PdfReader(io.BytesIO(measure_pdf.render(page)))
    assert "#import" in flat(" ".join(p.extract_text() for p in document.pages))
    text = measure_html.render(page).decode()
    assert "<script" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert HOSTILE in printed(page, 132)


# ---------------------------------------------------------------- A saved page
class Tags(HTMLParser):
    VOID = {"meta", "path", "line", "rect", "circle"}

    def __init__(self):
        super().__init__()
        self.open, self.ids, self.seen, self.attributes, self.headings = [], [], set(), [], []

    def handle_starttag(self, tag, attrs):
        self.seen.add(tag)
        self.attributes += attrs
        self.ids += [value for name, value in attrs if name == "id"]
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.ids += [value for name, value in attrs if name == "id"]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.mark.parametrize(("path", "raw"), [(FORGE, True), (TWO_WAVES, False)])
def test_the_saved_page_is_sound_and_fetches_nothing(path, raw):
    text = measure_html.render(page_of(path, raw=raw)).decode()
    tags = Tags()
    tags.feed(text)
    assert tags.open == []
    assert len(tags.ids) == len(set(tags.ids))
    assert not tags.seen & {"script", "link", "img", "iframe", "object"}
    assert not any(name.startswith("on") or name in ("src", "style") for name, _value in tags.attributes)
    assert [v for n, v in tags.attributes if n == "href" and not v.startswith("#")] == []
    assert tags.headings[0] == 1
    assert all(after - before <= 1 for before, after in zip(tags.headings, tags.headings[1:], strict=False))
    labelled = [v for n, v in tags.attributes if n == "aria-labelledby"]
    assert {one for label in labelled for one in label.split()} <= set(tags.ids)


def test_the_page_says_its_language():
    language.use("fr")
    text = measure_html.render(page_of(FORGE, raw=False)).decode()
    assert '<html lang="fr">' in text
    assert "Le client croit à un accord qui n’existe pas." in text


def test_a_sheet_without_figures_says_why():
    page = page_of(TWO_WAVES, raw=False)
    sheet = next(one for one in page.sheets if "Mécanor" in one.heading)
    assert (sheet.rows, sheet.mirrors, sheet.unsaid, sheet.regards) == ((), (), (), ())
    text = flat(printed(replace(page, sheets=(sheet,), summary=None)))
    assert "Nothing may be shown, on either side." in text
    assert "Fewer than five people answered on one side" in text


@pytest.mark.parametrize(
    ("speech", "said"),
    [("en", "1 place of the file was left out; it is listed here."),
     ("fr", "1 endroit du fichier a été laissé de côté\u202f; il est listé ici.")],
)  # fmt: skip
def test_one_place_that_was_left_out_is_said_in_the_singular(tmp_path, speech, said):
    def off_scale(_header, rows):
        return [[*rows[0][:5], "9393", *rows[0][6:]], *rows[1:]]

    path = changed(tmp_path / f"off-{speech}.csv", off_scale, "Lanvert")
    language.use(speech)
    refused = page_of(path, raw=False).refused
    assert refused.caption == said
    assert len(refused.rows) == 1
