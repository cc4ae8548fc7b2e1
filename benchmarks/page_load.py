"""A bounded load on the page's server: requests served, errors, seconds of an answer, and memory as time goes by.

    python benchmarks/page_load.py [--minutes 10] [--clients 4]

`tradeanalysis page` runs as anybody starts it, on loopback. Each client is a person with a file of one's own, made of
an embedded table: finding, answer, a market that closes, plan, brief as a page; then the next person with another file.
A screen whose headline is not of the client's own file counts as an error. Memory is what processes hold that no other
has (Linux only), and is printed as means of minutes: flat is what it should be.
"""

from __future__ import annotations

import argparse
import collections
import http.client
import json
import re
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any, NamedTuple

import tradeanalysis as ta

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
from page_clicks import Walk

ECONOMIES = (
    "VNM",
    "THA",
    "IDN",
    "MYS",
    "PHL",
    "KHM",
    "LAO",
    "SGP",
    "KOR",
    "JPN",
    "IND",
    "AUS",
    "NZL",
    "CHL",
    "PER",
    "MEX",
)
STEPS = ("/screen", "/part/closure", "/part/plan", "/download/brief")


class File(NamedTuple):
    """What a person brings: the bytes, the answers that lead to the figures, and the HHI as the page writes it."""

    data: bytes
    answers: dict[str, Any]
    hhi: str


def file_of(economy: str) -> File:
    """The exports of an economy as an office keeps them, with a total below."""
    exports = ta.basket(ta.example("world_2020"), reporter=economy, flow="export")
    lines = [f"{partner};{value:.0f}" for partner, value in exports.items()]
    text = "\n".join(["Thị trường;Trị giá (USD)", *lines, f"Tổng cộng;{exports.round().sum():.0f}"])
    walk = Walk(f"{economy}.csv", text.encode()).to_the_end()
    if not walk.answered:
        raise RuntimeError(f"{economy} does not reach the figures: {walk.screens[-1]}")
    return File(text.encode(), walk.answers, f"{ta.hhi(exports.round()):.3f}".replace(".", ","))


class Client(threading.Thread):
    """A person after another in front of the page, until the time is over."""

    def __init__(self, address: str, files: dict[str, File], first: int, until: float) -> None:
        super().__init__()
        self.host, self.token = re.match(r"http://(.*)/\?t=(.*)", address).groups()
        self.files, self.first, self.until = files, first, until
        self.seconds: dict[str, list[float]] = collections.defaultdict(list)
        self.errors: list[str] = []

    def run(self) -> None:
        """One person after another."""
        names = list(self.files)
        number = self.first
        while time.monotonic() < self.until:
            name = names[number % len(names)]
            self.person(name, self.files[name])
            number += 1

    def person(self, name: str, file: File) -> None:
        """A file from the first screen to the brief."""
        self.ask("/screen", name, file.data, {})
        if file.hhi not in self.ask("/screen", name, file.data, file.answers):
            self.errors.append(f"{name}: the answer does not show {file.hhi}")
        self.ask("/part/closure", name, file.data, file.answers)
        self.ask("/part/plan", name, file.data, file.answers | {"growth": "10", "cap": "30"})
        self.ask("/download/brief", name, file.data, file.answers)

    def ask(self, path: str, name: str, data: bytes, answers: dict[str, Any]) -> str:
        """An answer of the server, timed."""
        parts = [("lang", "", b"vi"), ("answers", "", json.dumps(answers).encode())]
        parts.append(("file", f'; filename="{name}.csv"', data))
        body = b"".join(
            b'--between\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n%s\r\n'
            % (key.encode(), named.encode(), value)
            for key, named, value in parts
        )
        port = self.host.partition(":")[2]
        headers = {
            "Content-Type": "multipart/form-data; boundary=between",
            "X-Tradeanalysis": "1",
            "Cookie": f"tradeanalysis_{port}={self.token}",
        }
        connection = http.client.HTTPConnection(self.host, timeout=300)
        start = time.perf_counter()
        try:
            connection.request("POST", path, body + b"--between--\r\n", headers)
            answer = connection.getresponse()
            text = answer.read().decode()
            if answer.status != 200:
                self.errors.append(f"{path}: {answer.status} {text[:200]}")
            return text
        except OSError as error:
            self.errors.append(f"{path}: {error}")
            return ""
        finally:
            connection.close()
            self.seconds[path].append(time.perf_counter() - start)


def processes(root: int) -> list[int]:
    """A process and its children."""
    task = Path(f"/proc/{root}/task/{root}/children")
    return [root, *(one for child in task.read_text().split() for one in processes(int(child)))]


def memory(process: int) -> float:
    """What a process holds that no other has, in MB."""
    text = Path(f"/proc/{process}/smaps_rollup").read_text()
    return sum(int(one) for one in re.findall(r"Private_\w+:\s+(\d+)", text)) / 1024


def main() -> None:
    """Serve, ask and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--minutes", type=float, default=10)
    options.add_argument("--clients", type=int, default=4)
    given = options.parse_args()
    files = {economy: file_of(economy) for economy in ECONOMIES}
    command = [sys.executable, "-m", "tradeanalysis", "page", "--no-open", "--lang", "vi"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        address = re.search(r"http://\S+", server.stdout.readline())[0]
        begun = time.monotonic()
        until = begun + 60 * given.minutes
        clients = [Client(address, files, 3 * i, until) for i in range(given.clients)]
        for one in clients:
            one.start()
        held: dict[int, dict[int, list[float]]] = collections.defaultdict(lambda: collections.defaultdict(list))
        while any(one.is_alive() for one in clients):
            time.sleep(5)
            minute = int((time.monotonic() - begun) / 60)
            for process in processes(server.pid):
                try:
                    held[process][minute].append(memory(process))
                except (FileNotFoundError, ProcessLookupError):  # it ended meanwhile
                    continue
        took = time.monotonic() - begun
    finally:
        server.terminate()
        server.wait(60)
    errors = [error for one in clients for error in one.errors]
    asked = {path: [s for one in clients for s in one.seconds[path]] for path in STEPS}
    print(f"{sum(map(len, asked.values()))} requests in {took:.0f} s of {given.clients} clients, {len(errors)} errors")
    for error in errors[:10]:
        print(" ", error)
    for path, seconds in asked.items():
        median = statistics.median(seconds)
        print(f"{path:24} {len(seconds):5} requests, median {median:.2f} s, longest {max(seconds):.2f} s")
    print("MB of each process by minute; the first is the server")
    for process, minutes in held.items():
        print(f"{process:8}", *(f"{statistics.mean(minutes[one]):5.0f}" for one in sorted(minutes)))


if __name__ == "__main__":
    main()
