"""The notebooks run offline from top to bottom, and are kept without output."""

import json
import time
from pathlib import Path

import nbclient
import nbformat
import pytest

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_runs_in_under_a_minute(path, tmp_path):
    notebook = nbformat.read(path, as_version=4)
    start = time.monotonic()
    nbclient.NotebookClient(notebook, timeout=60, resources={"metadata": {"path": str(tmp_path)}}).execute()
    assert time.monotonic() - start < 60
    code = [cell for cell in notebook.cells if cell["cell_type"] == "code"]
    drawn = [cell for cell in code if cell["source"].rstrip().endswith(".figure")]
    assert drawn
    for cell in drawn:
        assert any("image/png" in output.get("data", {}) for output in cell["outputs"]), cell["source"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_carries_no_output_and_ends_with_what_to_try(path):
    cells = json.loads(path.read_text("utf-8"))["cells"]
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in cells)
    assert "## Try next" in "".join(cells[-1]["source"])


def test_there_are_notebooks():
    assert NOTEBOOKS
