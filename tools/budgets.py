"""Size budgets: long functions, tangled functions, long files and long templates are refused.

python tools/budgets.py
"""

import ast
import statistics
import sys
from collections.abc import Iterator
from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent / "src/reciproque"
BRANCHES = (ast.If, ast.For, ast.While, ast.ExceptHandler, ast.IfExp, ast.comprehension, ast.Assert, ast.match_case)
MAX_FUNCTION, MAX_SCIENCE_FUNCTION, MAX_COMPLEXITY, MAX_FILE, MAX_TEMPLATE, MAX_MEDIAN = 60, 80, 12, 600, 200, 10
Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(tree: ast.AST) -> Iterator[Function]:
    return (node for node in ast.walk(tree) if isinstance(node, Function))


def body_lines(function: Function) -> int:
    body = function.body
    if (
        isinstance(body[0], ast.Expr)
        and isinstance(body[0].value, ast.Constant)
        and isinstance(body[0].value.value, str)
    ):
        body = body[1:]
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def complexity(function: Function) -> int:
    nodes = list(ast.walk(function))
    return (
        1
        + sum(isinstance(n, BRANCHES) for n in nodes)
        + sum(len(n.values) - 1 for n in nodes if isinstance(n, ast.BoolOp))
    )


def problems() -> Iterator[str]:
    lengths = []
    for path in sorted(SOURCE.rglob("*.py")):
        if "migrations" in path.parts:
            continue
        name, text = path.relative_to(SOURCE), path.read_text(encoding="utf-8")
        if (count := text.count("\n")) > MAX_FILE:
            yield f"{name}: {count} lines, at most {MAX_FILE}"
        limit = MAX_SCIENCE_FUNCTION if "science" in path.parts else MAX_FUNCTION
        for function in functions(ast.parse(text)):
            lines = body_lines(function)
            lengths.append(lines)
            if lines > limit:
                yield f"{name}:{function.lineno}: {function.name} has {lines} lines, at most {limit}"
            if complexity(function) > MAX_COMPLEXITY:
                yield f"{name}:{function.lineno}: {function.name}: complexity {complexity(function)}"
    if (median := statistics.median(lengths)) >= MAX_MEDIAN:
        yield f"median function length {median}, must stay under {MAX_MEDIAN}"
    for path in sorted(SOURCE.rglob("*.html")):
        if (count := path.read_text(encoding="utf-8").count("\n")) > MAX_TEMPLATE:
            yield f"{path.relative_to(SOURCE)}: {count} lines, at most {MAX_TEMPLATE}"


if __name__ == "__main__":
    found = list(problems())
    print("\n".join(found) or "Sizes are within budget.")
    sys.exit(1 if found else 0)
