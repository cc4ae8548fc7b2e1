"""What an installation without extras does: ``python tests/base_install.py``; the last line is what a brief says."""

import io
import tempfile
from contextlib import redirect_stderr
from pathlib import Path

import tradeanalysis as ta
from tradeanalysis.cli import main
from tradeanalysis.extras import EXTRAS, missing

WAY = 'pip install "tradeanalysis[report,excel]"'


def work(folder: Path) -> None:
    """From a file to its indices, a plan and a picture, with what the library itself installs."""
    (folder / "own.csv").write_text("Partner,Value (USD)\nUnited States,600\nChina,300\nJapan,100\n")
    table = ta.read(folder / "own.csv", reporter="VNM", flow="export", year=2023)
    assert ta.measure(table, ta.hhi, by="reporter")["hhi"].tolist() == [0.46]
    plan = ta.plan(ta.basket(table, reporter="VNM"), growth=0.2, cap=0.5)
    assert plan.table["share_after"].round(9).tolist() == [0.5, 0.25, 0.25]
    ta.figures.ranking(ta.partners(table, reporter="VNM")).figure.savefig(folder / "ranking.png")
    ta.write_csv(plan.table, folder / "plan.csv")
    assert all((folder / name).stat().st_size for name in ("ranking.png", "plan.csv"))


def line_of_brief(folder: Path) -> str:
    """The one line of ``tradeanalysis brief VNM``, which writes nothing."""
    said = io.StringIO()
    with redirect_stderr(said):
        code = main(["brief", "VNM", "--out", str(folder / "brief")])
    assert code == 2
    assert not (folder / "brief").exists()
    (line,) = said.getvalue().splitlines()
    assert WAY in line
    return line


if __name__ == "__main__":
    assert missing(*EXTRAS) == list(EXTRAS), "libraries of extras are installed here"
    with tempfile.TemporaryDirectory() as place:
        work(Path(place))
        print(line_of_brief(Path(place)))
