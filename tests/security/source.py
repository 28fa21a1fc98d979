"""Reading the source of the product: what is called where."""

import ast
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


@cache
def called(node: ast.Call) -> str:
    """``a.b.c`` of a call ``a.b.c(...)``."""
    return ast.unparse(node.func)


@cache
def calls() -> tuple[tuple[str, ast.Call], ...]:
    return tuple((name, node) for name, node in nodes() if isinstance(node, ast.Call))


@cache
def imports() -> tuple[tuple[str, str], ...]:
    found = []
    for name, node in nodes():
        if isinstance(node, ast.Import):
            found += [(name, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found += [(name, node.module), *((name, f"{node.module}.{alias.name}") for alias in node.names)]
    return tuple(found)


@cache
def nodes() -> tuple[tuple[str, ast.AST], ...]:
    """The nodes that the rules look at, each once."""
    wanted = (ast.Call, ast.Import, ast.ImportFrom, ast.Assign)
    return tuple((name, node) for name, tree in trees() for node in ast.walk(tree) if isinstance(node, wanted))
