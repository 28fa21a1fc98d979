"""What the source of the product may not do: run what people type, speak to the outside, keep things in the browser."""

import ast
import re

from security.source import ROOT, SCRIPTS, SOURCE, called, calls, imports, nodes

# Statements whose variable part is a name of ours: a table, a schema, a lock.
OURS_IN_SQL = {
    "app/migrations/0002_ballot_store.py", "app/survey/queries/answering.py", "app/survey/urn/store.py",
    "cli/prepare.py", "cli/restore.py",
}  # fmt: skip
PROGRAMS = {"cli/backup.py", "cli/restore.py", "cli/serve.py"}
# Drawings that we compute, escaped where they hold words; each has a test with markup in a name.
DRAWN = {
    "app/commitments/templatetags/promises.py", "app/network/templatetags/network_charts.py",
    "app/portfolio/templatetags/portfolio_charts.py", "app/reading/templatetags/reading_charts.py",
    "app/shared/templatetags/reciproque_ui.py",
}  # fmt: skip


def test_nothing_typed_is_ever_run():
    banned = {"eval", "exec", "compile", "__import__", "os.system", "os.popen"}
    assert [(name, called(call)) for name, call in calls() if called(call) in banned] == []
    text = "\n".join(path.read_text() for path in SCRIPTS)
    assert not re.search(r"\beval\(|new Function\(|setTimeout\(\s*[\"'`]", text)


def test_other_programs_are_started_by_the_command_line_only_and_never_through_a_shell():
    found = [(name, call) for name, call in calls() if called(call).startswith("subprocess.")]
    assert {name for name, _call in found} <= PROGRAMS
    for _name, call in found:
        assert "shell" not in {keyword.arg for keyword in call.keywords}
        assert not isinstance(call.args[0], ast.Constant | ast.JoinedStr)  # a list of arguments, never one line


def test_what_people_type_never_stands_in_a_query():
    for name, call in calls():
        method = called(call).rpartition(".")[2]
        assert method not in {"RawSQL", "extra"}, name
        if method in {"execute", "executemany", "raw"} and call.args and not isinstance(call.args[0], ast.Constant):
            assert name in OURS_IN_SQL, (name, ast.unparse(call))


def test_nothing_is_read_back_that_can_hold_code():
    banned = {"pickle", "marshal", "shelve", "dill", "joblib", "yaml", "jsonpickle"}
    assert [(name, what) for name, what in imports() if what.split(".")[0] in banned] == []


def test_patterns_are_written_by_us():
    for name, call in calls():
        if called(call).startswith("re.") and called(call) != "re.escape" and call.args:
            ours = isinstance(call.args[0], ast.Constant) or name == "app/survey/views/frozen_page.py"
            assert ours, (name, ast.unparse(call))


def test_pages_are_never_built_from_text_of_people():
    banned = {"from_string", "Template", "Jinja2", "Environment"}
    assert [(n, called(c)) for n, c in calls() if called(c).rpartition(".")[2] in banned] == []


def test_only_our_drawings_leave_the_escaping():
    marked = {name for name, call in calls() if called(call).rpartition(".")[2] in {"mark_safe", "SafeString"}}
    assert marked == DRAWN
    for path in SOURCE.rglob("*.html"):
        text = path.read_text()
        assert not re.search(r"\|\s*safe\b|autoescape\s+off|\|\s*safeseq", text), path


def test_the_server_opens_no_connection_but_to_its_mail_server_and_its_databases():
    clients = {"urllib.request", "http.client", "requests", "httpx", "aiohttp", "ftplib", "xmlrpc", "telnetlib"}
    assert [(name, what) for name, what in imports() if what in clients or what.split(".")[0] in clients] == []
    sockets = {name for name, what in imports() if what.split(".")[0] in {"socket", "smtplib", "ssl"}}
    assert sockets == {"app/survey/mail/transport.py", "cli/serve.py"}


def test_chance_that_matters_comes_from_the_system():
    """The seeded generators belong to the demonstration and to the simulated visitors."""
    seeded = {name for name, what in imports() if what.split(".")[0] == "random"}
    assert seeded <= {"cli/simulate.py", "demo/answers.py", "demo/load.py", "demo/portfolio.py"}


def test_scripts_write_text_as_text_and_listen_to_nobody():
    text = "\n".join(path.read_text() for path in SCRIPTS)
    for banned in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "postMessage", "__proto__"):
        assert banned not in text, banned
    assert not re.search(r"addEventListener\(\s*[\"']message[\"']", text)


def test_browsers_keep_drafts_only():
    """Nothing of a signed-in page is stored; a respondent's draft is sealed before it is kept, or dies with the tab."""
    kept = {
        path.name: set(re.findall(r"\b(localStorage|sessionStorage|indexedDB|caches)\b", path.read_text()))
        for path in SCRIPTS
    }
    assert {name: found for name, found in kept.items() if found} == {
        "live.js": {"sessionStorage"}, "respond.js": {"localStorage", "sessionStorage"},
    }  # fmt: skip
    assert "this.store = this.sealed ? localStorage : sessionStorage" in (ROOT / "frontend/src/respond.js").read_text()


def test_pages_are_made_of_formats_that_every_browser_still_supports():
    built = {path.suffix for path in (SOURCE / "static").rglob("*") if path.is_file()}
    assert built <= {".js", ".css", ".woff2", ".svg", ".png", ".ico", ".json", ".gz", ".br", ".webmanifest", ".txt"}
    for path in SOURCE.rglob("*.html"):
        assert not re.search(r"<(object|embed|applet|iframe|frame)\b", path.read_text()), path


def test_people_never_paste_with_difficulty():
    text = "\n".join(path.read_text() for path in [*SCRIPTS, *SOURCE.rglob("*.html")])
    assert not re.search(r"onpaste|[\"']paste[\"']", text)


def test_comparisons_of_secrets_take_the_same_time():
    compared = {name for name, call in calls() if called(call).rpartition(".")[2] in {"compare_digest"}}
    assert "app/directory/actions/accounts.py" in compared
    assert {name for name, what in imports() if what.endswith("signing")}  # the framework compares its own in this way


def test_no_secret_is_written_in_the_source():
    """A word called key, secret, password or token is never given a constant value."""
    wanted = re.compile(r"(secret|password|passwd|api_?key|private_key)$", re.IGNORECASE)
    for name, node in nodes():
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and node.value.value:
            given = [ast.unparse(target) for target in node.targets]
            assert name.startswith("demo/") or not any(wanted.search(one) for one in given), (name, given)
