"""Reading the source of the product: what is called where."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import reciproque

SOURCE = Path(reciproque.__file__).parent
ROOT = SOURCE.parents[1]
SCRIPTS = sorted((ROOT / "frontend/src").glob("*.js"))


@cache
def trees() -> tuple[tuple[str, ast.Module], ...]:
    return tuple(
        (path.relative_to(SOURCE).as_posix(), ast.parse(path.read_text(encoding="utf-8")))
        for path in sorted(SOURCE.rglob("*.py"))
    )


def called(node: ast.Call) -> str:
    """``a.b.c`` of a call ``a.b.c(...)``."""
    return ast.unparse(node.func)


def calls() -> Iterator[tuple[str, ast.Call]]:
    for name, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                yield name, node


def imports() -> Iterator[tuple[str, str]]:
    for name, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                yield from ((name, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield name, node.module
                yield from ((name, f"{node.module}.{alias.name}") for alias in node.names)
