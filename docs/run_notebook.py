"""Run a notebook as the site shows it: ``python docs/run_notebook.py notebooks/01_first_look.ipynb build/notebooks/``.

The copy has its outputs, and every figure its description in words.
"""

import sys
import tempfile
from pathlib import Path

# What checks notebooks would build grammars of addresses for two seconds, which no notebook has.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

import nbformat  # noqa: E402
from nbclient import NotebookClient  # noqa: E402

# A figure is shown with its description, which goes with the picture as metadata.
DESCRIBED = """
%matplotlib inline
from IPython.core.pylabtools import print_figure
from matplotlib.figure import Figure

get_ipython().display_formatter.formatters["image/png"].for_type(
    Figure, lambda figure: (print_figure(figure), {"alt": getattr(figure, "tradeanalysis_alt", "")})
)
"""


def run(path: Path, *, timeout: int = 60) -> nbformat.NotebookNode:
    """The notebook with its outputs, run from top to bottom in a folder of its own."""
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.insert(0, nbformat.v4.new_code_cell(DESCRIBED))
    with tempfile.TemporaryDirectory() as folder:
        NotebookClient(notebook, timeout=timeout, resources={"metadata": {"path": folder}}).execute()
    del notebook.cells[0]
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            if alt := output.get("metadata", {}).get("image/png", {}).get("alt"):
                cell.metadata["mystnb"] = {"image": {"alt": alt}}
    return notebook


if __name__ == "__main__":
    source, folder = Path(sys.argv[1]), Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    nbformat.write(run(source), folder / source.name)
