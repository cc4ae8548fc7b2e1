"""Real files, damaged at random, through ``ta.inspect`` and ``ta.read``: ``python tests/mutated_files.py 600``.

Takes the seconds to run and, after them, a seed. The files are those of ``TRADEANALYSIS_SHARED_DATA`` below 300 kB. Any
exception but ours is a defect, and so is a file that takes more than ten seconds; both are printed with what makes them
again. Fixes that are offered are followed for a step, since these paths are walked by people too.
"""

import os
import random
import signal
import sys
import time
import traceback
import warnings
from pathlib import Path

import tradeanalysis as ta

LARGEST, SLOW = 300_000, 10
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


def tried(content: bytes, name: str, at: random.Random) -> str:
    """How far the file came: ready, or the rules that refuse it; a step along an offered fix where there is one."""
    page = ta.inspect(content, name=name)
    str(page), page.page("vi", "command")
    fixes = [fix for one in page.findings for fix in one.fixes]
    if fixes:
        fix = at.choice(fixes)
        page = page.with_(**{fix.argument: fix.value})
    try:
        page.read()
    except ta.TradeDataError:
        return "refused"
    return "read"


def main(seconds: float, seed: int) -> int:
    """Run for so long; the number of defects."""
    folder = Path(os.environ["TRADEANALYSIS_SHARED_DATA"])
    paths = [path for path in sorted(folder.rglob("*")) if path.suffix.lower() in ENDINGS]
    files = {path: path.read_bytes() for path in paths if path.is_file() and path.stat().st_size < LARGEST}
    counts: dict[str, int] = {}
    defects, turn, end, longest = 0, seed, time.monotonic() + seconds, 0.0
    signal.signal(signal.SIGALRM, lambda *_: (_ for _ in ()).throw(TimeoutError("it hangs")))
    warnings.simplefilter("ignore")
    while time.monotonic() < end:
        turn += 1
        at = random.Random(turn)
        path = at.choice(list(files))
        start = time.monotonic()
        signal.alarm(SLOW)
        try:
            what = tried(damaged(files[path], at), path.name, at)
        except Exception as error:  # any other exception than ours is what this looks for
            if isinstance(error, ta.TradeDataError):
                what = "refused"
            else:
                what, defects = "DEFECT", defects + 1
                place = traceback.extract_tb(error.__traceback__)[-1]
                print(
                    f"{path.name}, seed {turn}: {type(error).__name__}: {str(error)[:150]}",
                    f"({place.filename}:{place.lineno})",
                )
        signal.alarm(0)
        longest = max(longest, time.monotonic() - start)
        counts[what] = counts.get(what, 0) + 1
    print(f"{sum(counts.values())} files, {counts}, the longest {longest:.1f} s")
    return defects


if __name__ == "__main__":
    sys.exit(min(main(float(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0), 1))
