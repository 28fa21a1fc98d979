"""docs/security/asvs.md cannot rot: each test that it names is there, each number stands once, the counts hold."""

import ast
import re
from collections import Counter
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/security/asvs.md").read_text(encoding="utf-8")
LINE = re.compile(r"^\| (\d+\.\d+\.\d+) \| ([123]) \| (.+?) \| (test|setting|refused): (.+?) \|$", re.M)
# How many requirements levels 1 and 2 have in each section of version 5.0.0.
SECTIONS = {
    "1.1": 2, "1.2": 9, "1.3": 11, "1.4": 3, "1.5": 2, "2.1": 3, "2.2": 3, "2.3": 4, "2.4": 1, "3.2": 2, "3.3": 4,
    "3.4": 6, "3.5": 5, "3.7": 2, "4.1": 3, "4.2": 1, "4.3": 2, "4.4": 4, "5.1": 1, "5.2": 3, "5.3": 2, "5.4": 3,
    "6.1": 3, "6.2": 12, "6.3": 4, "6.4": 4, "6.5": 5, "6.6": 3, "6.8": 4, "7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5,
    "7.5": 2, "7.6": 2, "8.1": 2, "8.2": 3, "8.3": 1, "8.4": 1, "9.1": 3, "9.2": 4, "11.1": 2, "11.2": 3, "11.3": 3,
    "11.4": 4, "11.5": 1, "11.6": 1, "12.1": 3, "12.2": 2, "12.3": 4, "13.1": 1, "13.2": 5, "13.3": 2, "13.4": 5,
    "14.1": 2, "14.2": 4, "14.3": 3, "15.1": 3, "15.2": 3, "15.3": 7, "16.1": 1, "16.2": 5, "16.3": 4, "16.4": 3,
    "16.5": 3,
}  # fmt: skip
OAUTH, WEBRTC = 29, 7


def lines():
    return LINE.findall(PAGE.partition("## What does not apply")[0])


def out_of_scope():
    return re.findall(
        r"\b\d+\.\d+\.\d+\b", re.sub(r"\|[^|]*\|$", "", PAGE.partition("## What does not apply")[2], flags=re.M)
    )


@cache
def names_in(path):
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_every_line_of_the_table_is_understood():
    table = [line for line in PAGE.splitlines() if re.match(r"\| \d", line)]
    assert len(table) == len(lines()) == 199


def test_every_requirement_of_levels_1_and_2_stands_once():
    asked = [number for number, level, *_rest in lines() if level != "3"]
    everything = asked + out_of_scope()
    assert [number for number, times in Counter(everything).items() if times > 1] == []
    found = Counter(number.rpartition(".")[0] for number in everything)
    assert found == SECTIONS
    assert len(asked) == 188
    assert len(everything) + OAUTH + WEBRTC == 253


def test_every_test_named_is_there():
    for number, _level, _asked, kind, said in lines():
        if kind == "test":
            path, _colon, name = said.partition("::")
            assert name in names_in(path), (number, said)


def test_enough_is_tested_and_little_is_refused():
    kinds = Counter(kind for *_rest, kind, _said in lines())
    assert kinds["test"] >= 150
    assert kinds["refused"] <= 5
    for number, _level, asked, kind, said in lines():
        assert len(asked) > 10, number
        assert kind == "test" or len(said) > 40, number
