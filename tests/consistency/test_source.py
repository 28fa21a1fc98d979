"""Rules of the house that are read off the source tree."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import reciproque

SOURCE = Path(reciproque.__file__).parent
CAPABILITIES = ["directory", "portfolio", "network", "survey", "reading", "commitments", "dialogue"]
# Who answered, and when, must never be recorded: these actions have no actor and leave no record, by design.
WITHOUT_RECORD = {
    "submit_ballot", "withdraw_ballot", "cast", "deposit_statement", "change_deposit", "take_back_deposit",
    "be_ready", "write_note",
}  # fmt: skip
WRITES = {"save", "create", "update", "delete", "bulk_create", "bulk_update", "get_or_create", "update_or_create"}


def modules(capability: str, layer: str) -> Iterator[tuple[Path, ast.Module]]:
    folder = SOURCE / "app" / capability
    for path in [folder / f"{layer}.py", *sorted((folder / layer).glob("*.py"))]:
        if path.exists():
            yield path, ast.parse(path.read_text(encoding="utf-8"))


def calls(node: ast.AST) -> set[str]:
    found = set()
    for call in (n for n in ast.walk(node) if isinstance(n, ast.Call)):
        if isinstance(call.func, ast.Name):
            found.add(call.func.id)
        elif isinstance(call.func, ast.Attribute):
            found.add(call.func.attr)
    return found


def public_actions() -> Iterator[tuple[str, ast.FunctionDef, ast.Module]]:
    for capability in CAPABILITIES:
        for path, tree in modules(capability, "actions"):
            for node in tree.body:
                if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and writes(node, tree, set()):
                    yield f"{path.relative_to(SOURCE)}::{node.name}", node, tree


def reachable(node: ast.FunctionDef, tree: ast.Module, seen: set[str]) -> set[str]:
    """Names called by a function, through the functions of its own module."""
    local = {n.name: n for n in tree.body if isinstance(n, ast.FunctionDef)}
    found = calls(node)
    for name in found & set(local) - seen - {node.name}:
        found |= reachable(local[name], tree, seen | {node.name, name})
    return found


def writes(node: ast.FunctionDef, tree: ast.Module, seen: set[str]) -> bool:
    return bool(reachable(node, tree, seen) & WRITES)


def test_there_are_actions_to_look_at():
    assert len(list(public_actions())) > 15


@pytest.mark.parametrize(("name", "node", "tree"), [pytest.param(*row, id=row[0]) for row in public_actions()])
def test_every_action_says_who_acts_and_leaves_a_record(name, node, tree):
    if node.name in WITHOUT_RECORD:
        return
    assert not node.args.args, f"{name} must take keyword-only arguments"
    reached = reachable(node, tree, set())
    keywords = [argument.arg for argument in node.args.kwonlyargs]
    assert "by" in keywords, f"{name} must take `by`"
    assert "record" in reached or "_record" in reached or "log" in reached, f"{name} writes without an audit record"


@pytest.mark.parametrize("capability", CAPABILITIES)
def test_views_never_write(capability):
    for path, tree in modules(capability, "views"):
        for call in (n for n in ast.walk(tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute)):
            on_request_state = isinstance(call.func.value, ast.Attribute) and call.func.value.attr in {
                "session",
                "headers",
                "GET",
            }
            text = ast.unparse(call.func)
            is_write = (
                call.func.attr in WRITES and not on_request_state and (".objects." in text or call.func.attr == "save")
            )
            assert not is_write, f"{path.relative_to(SOURCE)}:{call.lineno} {text} writes in a view"


def test_every_folder_says_what_it_is_for():
    for package in sorted(SOURCE.rglob("__init__.py")):
        folder = package.parent.relative_to(SOURCE).as_posix()
        if folder.endswith(("migrations", "templatetags")):
            continue
        assert ast.get_docstring(ast.parse(package.read_text(encoding="utf-8"))), f"{folder} has no docstring"


def test_shared_stays_small():
    modules_there = [p for p in (SOURCE / "app/shared").glob("*.py") if p.name != "__init__.py"]
    assert len(modules_there) <= 11, sorted(p.name for p in modules_there)


def test_no_inline_script_or_style_in_templates():
    import re

    forbidden = re.compile(
        r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")|\sstyle=|\son[a-z]+=|javascript:", re.IGNORECASE
    )
    for path in SOURCE.rglob("*.html"):
        assert not forbidden.search(path.read_text(encoding="utf-8")), path.relative_to(SOURCE)


def test_every_template_is_used():
    texts = "\n".join(p.read_text(encoding="utf-8") for p in [*SOURCE.rglob("*.py"), *SOURCE.rglob("*.html")])
    found_by_the_library = {"account", "mfa", "allauth", "usersessions", "django"}
    for path in SOURCE.rglob("templates/**/*.html"):
        name = path.as_posix().split("/templates/")[-1]
        if name.split("/")[0] in found_by_the_library or name in {
            "404.html",
            "500.html",
            "403.html",
            "400.html",
            "429.html",
        }:
            continue
        assert name in texts, f"{name} is used nowhere"
