"""The example files are what their generator makes."""

import importlib.util
import sys
from pathlib import Path

from measure.measured import EXAMPLES


def test_the_examples_are_made_again_byte_for_byte(tmp_path, monkeypatch):
    place = Path(__file__).resolve().parents[2] / "tools/examples.py"
    spec = importlib.util.spec_from_file_location("tools_examples", place)
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "tools_examples", module)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "FOLDER", tmp_path)
    module.main()
    made = sorted(path.name for path in tmp_path.iterdir())
    assert made == ["deux-vagues.csv", "forge.csv", "forge.xlsx"]
    for name in made:
        assert (tmp_path / name).read_bytes() == (EXAMPLES / name).read_bytes(), name
