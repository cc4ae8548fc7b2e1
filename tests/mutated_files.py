"""Real and made files, damaged at random, through ``ta.inspect`` and ``ta.read``: ``python tests/mutated_files.py 9``.

Takes the seconds to run and, after them, a seed. The files are those of ``TRADEANALYSIS_SHARED_DATA`` below 300 kB, and
``made_files``. Half of the accidents are of structure (see ``structured_damage``): sizes that a file declares,
positions, repeats, encodings. What ends in a new way is damaged further. Work is done by child processes, so
that one that is aborted, hangs or takes more than a gigabyte is seen and named; any exception but ours is a defect, and
so is a file that takes more than five seconds of processor time. Fixes that are offered are followed for a step.
"""

import multiprocessing
import os
import random
import resource
import signal
import sys
import time
import traceback
import warnings
from collections import Counter
from pathlib import Path
from typing import Any

from structured_damage import made_files, restructured

import tradeanalysis as ta

LARGEST, SLOW, MEMORY, PATIENCE = 300_000, 5, 1 << 30, 180
ENDINGS = {".csv", ".txt", ".json", ".xlsx", ".xls", ".parquet", ".gz", ".xml", ".tsv"}
ROWS = [
    "",
    "Tổng cộng;1;2;3",
    "World,1,2,3",
    '"',
    "\t\t\t",
    "Nguồn: Hải quan",
    "=1+1,#REF!",
    "NaN,inf,-1",
    "1e999,1.234,1,234",
    "\ufeff\u202e\u00a0\u00ad\u0000,Việt Nam" + "A" * 3000,
]


def damaged(content: bytes, at: random.Random) -> bytes:
    """The bytes of a file after one to four accidents."""
    for _ in range(at.randint(1, 4)):
        lines = content.split(b"\n")
        what, i = at.randrange(9), at.randrange(max(len(content), 1))
        if what == 0:
            content = content[:i]
        elif what == 1:
            content = content[:i] + bytes(at.randrange(256) for _ in range(at.randint(1, 8))) + content[i + 1 :]
        elif what == 2:
            content = content[:i] + content[i : i + at.randint(1, 400)] * 2 + content[i:]
        elif what == 3:
            content = content[:i] + content[i + at.randint(1, 400) :]
        elif what == 4:
            at.shuffle(lines)
            content = b"\n".join(lines)
        elif what == 5:
            lines.insert(at.randrange(len(lines) + 1), at.choice(ROWS).encode())
            content = b"\n".join(lines)
        elif what == 6:
            content = content.replace(
                at.choice([b",", b";", b".", b"\t", b'"', b"0"]), at.choice([b";", b",", b"", b"\n"])
            )
        elif what == 7:
            content = b"\n".join(lines[: at.randint(1, 40)])
        else:
            head = lines[0].split(b",")
            at.shuffle(head)
            content = b"\n".join([b",".join(head), *lines[1:]])
    return content


def tried(content: bytes, name: str, at: random.Random) -> tuple[str, ...]:
    """How far the file came: read, or the texts of what refuses it; a step along an offered fix where there is one."""
    page = ta.inspect(content, name=name)
    signal.setitimer(signal.ITIMER_PROF, SLOW)  # each call has its own time
    str(page), page.page("vi", "command")
    fixes = [fix for one in page.findings for fix in one.fixes]
    if fixes:
        fix = at.choice(fixes)
        page = page.with_(**{fix.argument: fix.value})
    signal.setitimer(signal.ITIMER_PROF, SLOW)
    try:
        page.read()
    except ta.TradeDataError as error:
        return ("refused", Path(name).suffix, *(one.what_key for one in error.findings))
    return ("read", Path(name).suffix, str(page.layout))


def one_file(content: bytes, name: str, seed: int) -> dict[str, Any]:
    """What a file does: how it ends, the defect if it is one, and the processor time that it takes."""
    start, defect = time.process_time(), ""
    signal.setitimer(signal.ITIMER_PROF, SLOW)
    try:
        what = tried(content, name, random.Random(seed))
    except ta.TradeDataError as error:
        what = ("refused", "", *(one.what_key for one in error.findings))
    except BaseException as error:  # any exception but ours is what this looks for
        place = [
            one for one in traceback.extract_tb(error.__traceback__) if "tests" not in one.filename or len(one) < 2
        ][-1]
        what = ("DEFECT",)
        defect = f"{type(error).__name__}: {str(error)[:150]} ({place.filename}:{place.lineno})"
    signal.setitimer(signal.ITIMER_PROF, 0)
    took = time.process_time() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10
    if not defect and took > 4 * SLOW:
        defect = f"{took:.1f} s of processor time"
    if not defect and peak > MEMORY:
        defect = f"{peak >> 20} MB of memory"
    return {"what": what, "defect": defect, "took": took, "peak": peak}


def worker(pipe: Any) -> None:
    """Answer files until there are no more."""
    warnings.simplefilter("ignore")
    signal.signal(signal.SIGPROF, lambda *_: (_ for _ in ()).throw(TimeoutError("it hangs")))
    while (job := pipe.recv()) is not None:
        pipe.send(one_file(*job))


class Worker:
    """A child process, started again when it has died or grown."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Start a process."""
        self.pipe, other = multiprocessing.Pipe()
        self.process = multiprocessing.get_context("fork").Process(target=worker, args=(other,), daemon=True)
        self.process.start()
        other.close()

    def answer(self, job: tuple[bytes, str, int]) -> dict[str, Any]:
        """What a file does, or how the process ended."""
        self.pipe.send(job)
        try:
            found = self.pipe.recv() if self.pipe.poll(PATIENCE) else None
        except (EOFError, ConnectionResetError):
            self.process.join()
            found = {"what": ("DEFECT",), "defect": f"the process ended with {self.process.exitcode}", "took": 0.0}
        if found is None:
            found = {"what": ("DEFECT",), "defect": f"no answer within {PATIENCE} s", "took": float(PATIENCE)}
        if found["defect"] or found.get("peak", 0) > MEMORY // 2:
            self.process.kill()
            self.process.join()
            self.begin()
        return found


def main(seconds: float, seed: int) -> int:
    """Run for so long; the number of defects."""
    folder = Path(os.environ["TRADEANALYSIS_SHARED_DATA"])
    paths = [path for path in sorted(folder.rglob("*")) if path.suffix.lower() in ENDINGS]
    pool = [(path.name, path.read_bytes()) for path in paths if path.is_file() and path.stat().st_size < LARGEST]
    pool += list(made_files().items()) * max(len(pool) // 40, 1)
    real, seen, counts = len(pool), set(), Counter()
    defects, turn, end, longest, largest = 0, seed, time.monotonic() + seconds, 0.0, 0
    crew = Worker()
    while time.monotonic() < end:
        turn += 1
        at = random.Random(turn)
        name, content = (
            pool[at.randrange(real, len(pool))] if len(pool) > real and at.random() < 0.3 else at.choice(pool)
        )
        content = (restructured if at.random() < 0.5 else damaged)(content, at)
        found = crew.answer((content, name, turn))
        if found["defect"]:
            defects += 1
            print(f"{name}, seed {turn}: {found['defect']}", flush=True)
            kept = os.environ.get("DEFECTS")
            if kept:
                Path(kept, f"{turn}-{name}").write_bytes(content)
        elif found["what"] not in seen and len(content) < LARGEST:
            seen.add(found["what"])
            pool.append((name, content))
        longest, largest = max(longest, found["took"]), max(largest, found.get("peak", 0))
        counts[found["what"][0]] += 1
    print(f"{sum(counts.values())} files, {dict(counts)}, {len(seen)} different ends, the longest {longest:.1f} s,")
    print(f"the largest {largest >> 20} MB, {defects} defects")
    return defects


if __name__ == "__main__":
    sys.exit(min(main(float(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0), 1))
