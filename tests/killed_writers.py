"""Writers that are killed at random times: ``python tests/killed_writers.py 200``, on systems that fork.

A brief, a measure to a folder, an ingest, a CSV and a workbook are each begun in a child process, which SIGKILL ends at
a random moment of the time that the whole takes. What then stands under a final name is what the whole run writes,
byte for byte, or what was there before; all else bears the name of a temporary file.
"""

import os
import random
import shutil
import signal
import sys
import tempfile
import time
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import tradeanalysis as ta

TEMPORARY = ".tradeanalysis-"
YEARS = range(2016, 2022)


def release(folder: Path) -> Path:
    """A small release of BACI."""
    path = folder / "BACI_HS92_V202501.zip"
    codes = (36, 124, 156, 251, 276, 392, 699, 704, 764, 842)
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("Readme.txt", "BACI")
        for year in YEARS:
            rows = [
                f"{year},{i},{j},{k:06d},{(i * j + k) % 997}.125,{(i + j) % 89}.5"
                for i in codes
                for j in codes
                if i != j
                for k in range(10121, 10141)
            ]
            packed.writestr(f"BACI_HS92_Y{year}_V202501.csv", "\n".join(["t,i,j,k,v,q", *rows, ""]))
    return path


def jobs(scratch: Path) -> dict[str, Callable[[Path], object]]:
    """What is killed, by name: each writes into the folder that it is given."""
    world = ta.example("world_2010_2020")
    own = ta.example("world_2023")
    packed = release(scratch)
    return {
        "brief": lambda out: ta.write_brief(own, "VNM", flow="export", out=out, langs=["en"]),
        "measure": lambda out: ta.tables.measure_to_folder(world, ta.hhi, by=["year", "reporter", "flow"], out=out),
        "ingest": lambda out: ta.ingest(packed, out),
        "csv": lambda out: ta.write_csv(world, out / "world.csv", overwrite=True),
        "excel": lambda out: ta.write_excel(own, out / "world.xlsx", overwrite=True),
    }


def begun(job: Callable[[Path], object], out: Path) -> int:
    """The number of a child process that does a job."""
    if child := os.fork():
        return child
    code = 1
    try:
        warnings.simplefilter("ignore")
        with open(os.devnull, "w") as nowhere:
            sys.stdout = sys.stderr = nowhere
            job(out)
        code = 0
    finally:
        os._exit(code)


def contents(folder: Path) -> dict[str, bytes]:
    """The files under final names."""
    files = [path for path in folder.rglob("*") if path.is_file() and not path.name.startswith(TEMPORARY)]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def _whole(job: Callable[[Path], object]) -> tuple[dict[str, bytes], float]:
    """What a job that nothing stops writes, and how long it takes."""
    with tempfile.TemporaryDirectory() as folder:
        start = time.monotonic()
        assert os.waitpid(begun(job, Path(folder)), 0)[1] == 0
        return contents(Path(folder)), time.monotonic() - start


def killed(job: Callable[[Path], object], kills: int, at: random.Random, before: bool = False) -> dict[str, int]:
    """How many runs were killed with nothing, with a part and with all of their files there; and how many broke one.

    ``before`` puts an older file under each final name first.
    """
    ends = {"nothing": 0, "some": 0, "all": 0, "half": 0}
    whole, took = min((_whole(job) for _ in range(2)), key=lambda one: one[1])  # the first reads libraries from disk
    for _ in range(kills):
        with tempfile.TemporaryDirectory() as folder:
            for name in whole if before else ():
                Path(folder, name).write_bytes(b"older")
            child = begun(job, Path(folder))
            end = time.monotonic() + at.random() * took
            while (alive := os.waitpid(child, os.WNOHANG) == (0, 0)) and time.monotonic() < end:
                time.sleep(0.001)
            if alive:
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)
            there = contents(Path(folder))
            if any(content not in (whole.get(name), b"older" if before else None) for name, content in there.items()):
                ends["half"] += 1
            else:
                new = sum(content != b"older" for content in there.values())
                ends["nothing" if not new else "all" if new == len(whole) else "some"] += 1
    return ends


def main(kills: int) -> int:
    """Kill each job its share of times; how many left something half-written."""
    half, at = 0, random.Random(7)
    scratch = Path(tempfile.mkdtemp())
    shares = {"brief": 0.2, "measure": 0.25, "ingest": 0.25, "csv": 0.15, "excel": 0.15}
    for name, job in jobs(scratch).items():
        ends = killed(job, round(kills * shares[name]), at, before=name in ("csv", "excel"))
        half += ends["half"]
        print(name, ends, flush=True)
    shutil.rmtree(scratch)
    return half


if __name__ == "__main__":
    sys.exit(min(main(int(sys.argv[1])), 1))
