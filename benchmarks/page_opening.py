"""Seconds from opening the page to its first answer: as a folder, and by the server, side by side in one run.

    make page
    python benchmarks/page_opening.py [--turns 5]

Each turn opens a new browser. The folder is opened from the disk without a net; *ready* is when a question is answered
there, *all* when everything behind it is loaded. The server is `tradeanalysis page` as anybody starts it; *ready* is
when the page stands in the browser, from the start of the command on. *Answer* is then from the choice of a province's
file with a total, through what was read and one decision, to the figures, as fast as clicks can be. Medians of the
turns; they hold for the machine, and are compared within a run.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
from conftest import chromium_here
from page_visits import Carrier, Person, file_of_a_province, to_the_answer

FOLDER = Path(__file__).resolve().parent.parent / "build" / "page"


def seconds_of_folder(browser: Any, file: Path) -> dict[str, float]:
    """From the double click on: ready for a question, all loaded, and a first answer."""
    began = time.perf_counter()
    one = Person(browser, Carrier((FOLDER / "page.html").as_uri(), "file:", {"offline": True}))
    found = {}
    for name, state in (("ready", "body[data-ready]"), ("all", "body[data-ready=all]")):
        one.page.wait_for_selector(state, state="attached")
        found[name] = time.perf_counter() - began
    return found | {"answer": seconds_to_answer(one, file)}


def seconds_of_server(browser: Any, file: Path) -> dict[str, float]:
    """From the start of the command on: the page in the browser, and a first answer."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "tradeanalysis", "page", "--no-open"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        address = next(word for line in server.stdout for word in line.split() if word.startswith("http://"))
        one = Person(browser, Carrier(address, address.split("?")[0]))
        one.page.wait_for_selector("#file", state="attached")
        ready = time.perf_counter() - began
        answer = seconds_to_answer(one, file)
        server.terminate()
    return {"ready": ready, "answer": answer}


def seconds_to_answer(one: Person, file: Path) -> float:
    """From the choice of a file to its figures; then the browser is left."""
    began = time.perf_counter()
    list(to_the_answer(one, file))
    spent = time.perf_counter() - began
    one.context.close()
    return spent


def main(turns: int) -> None:
    """Print the medians."""
    from playwright.sync_api import sync_playwright

    if not (FOLDER / "page.html").is_file():
        raise SystemExit("build/page is not there: make page")
    found: dict[str, list[dict[str, float]]] = {"folder": [], "server": []}
    with tempfile.TemporaryDirectory() as place, sync_playwright() as driver:
        file = file_of_a_province(Path(place))
        for _ in range(turns):
            for name, seconds in (("folder", seconds_of_folder), ("server", seconds_of_server)):
                browser = driver.chromium.launch(executable_path=chromium_here(), args=["--no-sandbox"])
                found[name].append(seconds(browser, file))
                browser.close()
    print(f"seconds, medians of {turns} turns")
    for name, each in found.items():
        medians = {what: statistics.median(one[what] for one in each) for what in each[0]}
        shown = "  ".join(f"{what} {value:5.1f}" for what, value in medians.items())
        print(f"{name:<8}{shown}  ready and answer {medians['ready'] + medians['answer']:5.1f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=5)
    main(parser.parse_args().turns)
