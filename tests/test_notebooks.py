"""The notebooks run offline from top to bottom, and are kept without output."""

import importlib.util
import json
import time
from pathlib import Path

import pytest
from conftest import sampled

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.fixture(scope="module")
def run():
    """As the site runs them."""
    spec = importlib.util.spec_from_file_location("run_notebook", ROOT / "docs" / "run_notebook.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.run


@sampled("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_runs_in_under_a_minute(path, run):
    start = time.monotonic()
    notebook = run(path)
    assert time.monotonic() - start < 60
    code = [cell for cell in notebook.cells if cell["cell_type"] == "code"]
    drawn = [cell for cell in code if cell["source"].rstrip().endswith(".figure")]
    assert drawn
    for cell in drawn:
        assert any("image/png" in output.get("data", {}) for output in cell["outputs"]), cell["source"]
        assert len(cell.metadata["mystnb"]["image"]["alt"]) > 40, cell["source"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_carries_no_output_and_ends_with_what_to_try(path):
    cells = json.loads(path.read_text("utf-8"))["cells"]
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in cells)
    assert "## Try next" in "".join(cells[-1]["source"])


def test_there_are_notebooks():
    assert NOTEBOOKS
