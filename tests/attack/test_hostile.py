"""The quick slice of the hostile attacks, and that each of their eyes sees what it is there to see."""

from __future__ import annotations

import logging
import zipfile

import pytest
from django.test import RequestFactory

import personas
import smtp
from attack import fuzz, hostile, hostile_mail, hostile_pages, hostile_uploads, payloads, uploads
from reciproque.app.directory import spreadsheet
from reciproque.app.directory.models import Organisation
from reciproque.app.directory.xlsx import BadFile
from reciproque.app.survey.mail import letters, render, transport
from reciproque.app.survey.urn.models import Ballot, SealedBallot, ShutUrn

SAMPLE = ("client_sponsor 0", "facilitator 2", "phone of the client", "respondent", "anonymous")


@pytest.fixture
def ground(transactional_db, tmp_path, settings):
    settings.SECRETS_DIR = tmp_path / "secrets"
    settings.SECRETS_DIR.mkdir()
    made = hostile.build()
    for name in set(made.visitors) - set(SAMPLE):
        del made.visitors[name]
    yield made
    for table in (Ballot, SealedBallot, ShutUrn):
        table.objects.all().delete()


@pytest.mark.slow
@pytest.mark.sqlite
@pytest.mark.django_db(transaction=True, databases=["default", "ballots"])
def test_a_slice_of_everything_hostile(ground):
    """Two hundred requests, one turn of texts and one of cells, read back by a few."""
    personas.functions()
    reached = hostile.crawl(ground, same=1)
    assert len({one.name for one in reached}) > 50
    hostile.poison(hostile.benign)
    chosen = hostile_pages.cover(reached, 1)
    plain = hostile_pages.look(ground, chosen)
    marked = hostile_pages.Marked(payloads.all_texts()[::8])
    hostile.poison(marked)
    shown = hostile_pages.look(ground, chosen)
    assert shown.refused == []
    for label, page in shown.pages.items():
        assert hostile_pages.grown(plain.pages[label], page) == [], label
        assert hostile_pages.altered(" ".join(page.words), marked.said) == [], label
    hostile.poison(lambda label, row: f"{payloads.STARTERS[row % 6]}1+1 {label} {row}")
    files = [one for one in hostile.files_of(reached).values() if one.address.endswith((".csv", ".xlsx"))]
    for label, data in hostile_pages.look(ground, files).files.items():
        assert hostile_pages.live_cells(label, data) == [], label
    seen = fuzz.send_all(ground, fuzz.Generator(reached, 7), range(200))
    assert (seen.errors, seen.traces, seen.live) == ({}, {}, {})


# ---------------------------------------------------------------- the eyes
PLAIN_PAGE = "<main><p class=a>Words</p></main>"


@pytest.mark.parametrize(
    "let_through",
    [
        "<img src=x onerror=rqx()>",
        "<b>rqx</b>",
        "<p class=a onclick=rqx()>",
        "<a href='java\tscript:rqx()'>",
        "<script>1</script>",
    ],
)
def test_a_page_that_lets_a_payload_through_is_seen(let_through):
    plain = hostile_pages.Page(PLAIN_PAGE)
    assert hostile_pages.grown(plain, hostile_pages.Page(PLAIN_PAGE.replace("Words", "&lt;b&gt;"))) == []
    assert hostile_pages.grown(plain, hostile_pages.Page(PLAIN_PAGE.replace("Words", let_through)))


def test_a_text_that_was_evaluated_or_changed_is_seen():
    marked = hostile_pages.Marked(["#(191*7)"])
    written = marked("", 0)
    assert hostile_pages.altered(f"A {written}", marked.said) == []
    assert hostile_pages.altered(written.replace("#(191*7)", "1337"), marked.said)
    assert hostile_pages.altered(written.replace("#(191*7)", ""), marked.said)
    assert hostile_pages.altered_document(written.replace("#(191*7)", ""), marked.said)


def test_a_live_cell_is_seen(tmp_path):
    assert hostile_pages.live_cells("a.csv", b"a;'=1+1\r\n-3;12\r\n") == []
    for cell in (b"=1+1", b"\t=1", b"@SUM(1)", b"+1+1", b"-1+1", "＝1".encode()):
        assert hostile_pages.live_cells("a.csv", b'a;"' + cell + b'"\r\n'), cell
    book = tmp_path / "book.xlsx"
    with zipfile.ZipFile(book, "w") as made:
        made.writestr("xl/worksheets/sheet1.xml", "<c><f>1+1</f></c>")
    assert hostile_pages.live_cells("a.xlsx", book.read_bytes())


def test_a_fault_and_a_trace_are_heard():
    with fuzz.Ear() as ear:
        logging.getLogger("django.request").warning("Bad request", extra={"status_code": 400})
        assert ear.faults == []
        try:
            raise ValueError("ours")
        except ValueError:
            logging.getLogger("reciproque.anything").warning("odd", exc_info=True)
        logging.getLogger("django.request").error("Internal Server Error")
    assert len(ear.faults) == 2


def test_a_request_can_be_made_again():
    page = hostile.Page('<form action="/r/again" method="post"><input name="email" type="email"></form>')
    reached = [hostile.Reached("anonymous", "/r/again", "send-again", tuple(page.forms))]
    one, other = (fuzz.Generator(reached, 3) for _ in range(2))
    assert [str(one.request(n)) for n in range(300)] == [str(other.request(n)) for n in range(300)]
    assert {one.request(n).method for n in range(300)} >= {"GET", "POST", "PUT", "DELETE"}
    for number in range(300):
        request = one.request(number)
        RequestFactory().generic(request.method, request.address, request.body, request.kind, **dict(request.head))


# ---------------------------------------------------------------- files
def test_every_hostile_file_is_read_or_refused_in_words():
    """The readers themselves, with all files that cost little to make."""
    small = uploads.small_files()
    assert len(uploads.everything()) >= 60
    assert len(small) > 50
    for name, data in small:
        try:
            table = spreadsheet.read_table(name, data)
        except BadFile as refusal:
            table, words = None, str(refusal)
            assert words.endswith("."), name
        if table is not None:
            assert len(table.name) <= 120
            assert not set(table.name) & set("\r\n\x00\u202e")


def test_a_shared_text_that_is_not_there_is_an_empty_cell():
    rows = '<row r="2"><c r="A2" t="s"><v>-5</v></c><c r="B2" t="s"><v>9</v></c><c r="C2"><v>1</v></c></row>'
    table = spreadsheet.read_table("a.xlsx", uploads.workbook(uploads._sheet(uploads.HEAD + rows)))
    assert table.rows == ((2, ("", "")),)


def test_what_an_upload_leaves_behind_is_seen(db):
    before = hostile_uploads.stored()
    Organisation.objects.create(name="Left", folded_name="left")
    assert hostile_uploads.new_things(before, hostile_uploads.stored()) == ["Organisation"]


# ---------------------------------------------------------------- letters
@pytest.mark.parametrize("name", [name for name in payloads.headers() if len(name) < 400])
def test_a_name_adds_nothing_to_the_head_of_a_letter(name):
    letter = letters.Letter(subject=f"{name} and another", preview="", greeting=name, paragraphs=(name,))
    parcel = render.parcel(letter, name=name, address="a@example.test", key="k", language="fr")
    message = transport.compose(parcel)
    backend = transport.EmailMultiAlternatives  # what the framework makes of it, as the server receives it
    assert isinstance(message, backend)
    assert hostile_mail.faults(message.message().as_bytes(), "a@example.test") == []


@pytest.mark.parametrize(
    "name", ["=?utf-8?q?=0D=0ABcc:_rqx@rqx.invalid?=", "=?utf-8?b?DQpCY2M6IHJxeA==?=", "Anne\r\nBcc: x@y.test"]
)
def test_somebody_with_an_odd_name_still_receives_letters(settings, name):
    """An encoded word that hides a line break made every letter to that person fail."""
    with smtp.server() as (server, port):
        smtp.use(settings, port)
        letter = letters.Letter(subject=name, preview="", greeting=name, paragraphs=(name,))
        parcel = render.parcel(letter, name=name, address="a@example.test", key="k", language="fr")
        backend = transport.connect()
        transport.send(backend, parcel)
        transport.hang_up(backend)
        assert server.recipients == ["a@example.test"]
        assert hostile_mail.faults(server.raw[0], "a@example.test") == []


@pytest.mark.parametrize("added", [b"Bcc: x@y.test\r\n", b"X-Rqx: 1\r\n", b"Subject: two\r\n", b"To: x@y.test\r\n"])
def test_a_header_too_many_is_seen(added):
    raw = b"Subject: one\r\nTo: a@example.test\r\n\r\nwords"
    assert hostile_mail.faults(raw, "a@example.test") == []
    assert hostile_mail.faults(added + raw, "a@example.test")
