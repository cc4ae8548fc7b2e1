"""What a brief costs beside eight plain figures of matplotlib: processor time and wall, in one run on one machine.

    python benchmarks/brief.py [--turns 5] [--before COMMIT]

Each contender is a process of its own, begun anew; they take turns, after a turn that does not count, and medians are
printed. ``--before`` measures the tree at another commit beside this one, in a worktree that is removed afterwards.
The plain figures are of what the page shows: two of bars, courses, curves of Lorenz and named points, each one laid out
by matplotlib and written as SVG, with the libraries that the page needs or with all that it imports.
Read the ratios, not the seconds.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

TREE = Path(__file__).resolve().parent.parent
# What the page needs of others, and what it imports of ours as well.
LIBRARIES = """
import jinja2, narwhals, pandas, pyarrow
import matplotlib.backends.backend_agg, matplotlib.backends.backend_svg, matplotlib.figure
"""
OURS = """
import tradeanalysis.cli.commands, tradeanalysis.sources.embedded, tradeanalysis.brief.documents, tradeanalysis.figures
"""
PLAIN = """
import io
from matplotlib.figure import Figure

names = ["United States", "China", "Japan", "South Korea", "Hong Kong", "Netherlands", "Germany", "India", "Thailand"]
shares = [0.289, 0.164, 0.072, 0.066, 0.04, 0.03, 0.025, 0.024, 0.02]
years, course = list(range(2010, 2021)), [0.08 + 0.005 * i for i in range(11)]

def bars(ax):
    drawn = ax.barh(names[::-1], shares[::-1])
    ax.bar_label(drawn, [f"{share:.1%}" for share in shares[::-1]])

def courses(ax):
    ax.plot(years, course, marker="o", label="Viet Nam")
    ax.plot(years, course[::-1], marker="o", label="median")
    ax.set_ylabel("HHI")
    ax.legend()

def curve(ax):
    whole = [sum(shares[::-1][:i]) / sum(shares) for i in range(len(shares) + 1)]
    ax.plot([i / len(shares) for i in range(len(whole))], whole)
    ax.plot([0, 1], [0, 1])
    ax.set(xlabel="share of partners", ylabel="share of value")

def points(ax):
    ax.scatter([i / 200 for i in range(200)], [(i * 37 % 200) / 200 for i in range(200)])
    for i, name in enumerate(names):
        ax.annotate(name, (i / 10, (i * 3 % 10) / 10), xytext=(4, 4), textcoords="offset points")

for draw in (bars, courses, curve, points) * 2:
    figure = Figure(figsize=(7.2, 4.4), layout="constrained")
    ax = figure.subplots()
    draw(ax)
    ax.set_title("28.9% of exports go to the United States")
    figure.text(0.02, 0.01, "Source: UN Comtrade")
    figure.savefig(io.StringIO(), format="svg")
"""


class Took(NamedTuple):
    """Seconds of processor and of wall."""

    processor: float
    wall: float


def took(arguments: list[str], tree: Path, compiled: Path) -> Took:
    """What a process of Python took that runs in a tree, its own processes with it; modules are compiled beforehand."""
    own = {**os.environ, "PYTHONPATH": str(tree), "OMP_NUM_THREADS": "1", "PYTHONPYCACHEPREFIX": str(compiled)}
    own.pop("PYTHONDONTWRITEBYTECODE", None)
    start, before = time.perf_counter(), os.times()
    subprocess.run([sys.executable, *arguments], cwd=tree, env=own, check=True, stdout=subprocess.DEVNULL)
    after = os.times()
    processor = after.children_user + after.children_system - before.children_user - before.children_system
    return Took(processor, time.perf_counter() - start)


def contenders(folder: Path, before: Path | None) -> dict[str, tuple[list[str], Path]]:
    """The arguments of each process, and the tree in which it runs."""
    brief = ["-m", "tradeanalysis", "brief", "VNM", "--out", str(folder)]
    found = {
        "eight plain figures": (["-c", LIBRARIES + PLAIN], TREE),
        "eight plain figures, all imports": (["-c", LIBRARIES + OURS + PLAIN], TREE),
        "the imports alone": (["-c", LIBRARIES + OURS], TREE),
        "page in one language": ([*brief, "--format", "html", "--lang", "vi"], TREE),
        "pages in both languages": ([*brief, "--format", "html"], TREE),
        "all files in both languages": (brief, TREE),
    }
    if before is not None:
        found |= {
            f"{name}, before": (arguments, before) for name, (arguments, _) in found.items() if arguments[0] == "-m"
        }
    return found


def measured(turns: int, before: Path | None) -> dict[str, Took]:
    """The median of each contender."""
    with tempfile.TemporaryDirectory() as folder:
        running = contenders(Path(folder), before)
        found: dict[str, list[Took]] = {name: [] for name in running}
        for turn in range(turns + 1):
            for name, (arguments, tree) in running.items():
                one = took(arguments, tree, Path(folder) / "compiled")
                if turn:
                    found[name].append(one)
    return {
        name: Took(statistics.median(one.processor for one in each), statistics.median(one.wall for one in each))
        for name, each in found.items()
    }


def shown(found: dict[str, Took]) -> None:
    """A line for each contender, with its ratios to the plain figures and to the page in one language."""
    plain, same, page = (
        found[name] for name in ("eight plain figures", "eight plain figures, all imports", "page in one language")
    )
    print(f"{'':42}{'processor, s':>13}{'wall, s':>9}{'/ plain':>9}{'/ all imports':>15}{'wall / page':>13}")
    for name, one in found.items():
        ratios = f"{one.processor / plain.processor:9.2f}{one.processor / same.processor:15.2f}"
        print(f"{name:42}{one.processor:13.2f}{one.wall:9.2f}{ratios}{one.wall / page.wall:13.2f}")


def main() -> None:
    """Print the medians."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--turns", type=int, default=5)
    asked.add_argument("--before")
    options = asked.parse_args()
    if options.before is None:
        shown(measured(options.turns, None))
        return
    with tempfile.TemporaryDirectory() as place:
        tree = Path(place) / "before"
        worktree = ["git", "-C", str(TREE), "worktree"]
        subprocess.run([*worktree, "add", "--quiet", "--detach", str(tree), options.before], check=True)
        try:
            shown(measured(options.turns, tree))
        finally:
            subprocess.run([*worktree, "remove", "--force", str(tree)], check=True)


if __name__ == "__main__":
    main()
