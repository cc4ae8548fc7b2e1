"""Runs of a program in processes of their own that begin at once: for tests that kill one many times.

One process imports what the runs need and then forks each of them, so that only the first run waits for libraries.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

# It answers each line of its input with a number: of the process that it has begun, or how one has ended.
PARENT = """
import json, os, signal, sys, traceback
exec(sys.argv[1])

def run(asked):
    signal.alarm(300)  # no run takes so long
    for name, place, mode in (("in", 0, os.O_RDONLY), ("out", 1, os.O_WRONLY), ("err", 2, os.O_WRONLY)):
        os.dup2(os.open(asked[name], mode), place)
    os.environ.update(asked["env"])
    sys.argv = ["-c", *asked["words"]]
    code = 1
    try:
        exec(compile(asked["program"], "<run>", "exec"), {"__name__": "__main__"})
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)

for line in sys.stdin:
    asked = json.loads(line)
    if "wait" in asked:
        child, status = os.waitpid(asked["wait"], 0 if asked["long"] else os.WNOHANG)
        print(json.dumps(os.waitstatus_to_exitcode(status) if child else None), flush=True)
    else:
        child = os.fork()
        if not child:
            run(asked)
        print(child, flush=True)
"""


class Run:
    """One run: what of ``subprocess.Popen`` the tests use."""

    def __init__(self, ready: "Ready", pid: int, out: Path, err: Path):
        self.ready, self.pid, self.returncode = ready, pid, None
        self.err = err
        self.stdout = out.open(encoding="utf-8")

    def poll(self, *, long: bool = False) -> int | None:
        if self.returncode is None:
            self.returncode = self.ready.said({"wait": self.pid, "long": long})
        return self.returncode

    def kill(self) -> None:
        """SIGKILL, to a process that has not been waited for."""
        os.kill(self.pid, 9)

    def communicate(self) -> tuple[str, str]:
        """All that it still says, and what went wrong, once it has ended."""
        with self.stdout as stdout:
            rest = stdout.read()
        self.poll(long=True)
        return rest, self.err.read_text("utf-8")


class Ready:
    """A process that has run ``imports`` and begins runs of a program, with output files in a folder."""

    def __init__(self, imports: str, folder: Path):
        self.folder, self.count = folder, 0
        folder.mkdir()
        words = [sys.executable, "-c", PARENT, imports]
        self.parent = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def said(self, asked: dict) -> int | None:
        self.parent.stdin.write(json.dumps(asked) + "\n")
        self.parent.stdin.flush()
        return json.loads(self.parent.stdout.readline())

    def begin(self, program: str, *words: object, **env: str) -> Run:
        """A run of the program with these words on its command line and this in its environment."""
        self.count += 1
        out, err = (self.folder / f"{self.count}.{name}" for name in ("out", "err"))
        os.mkfifo(out)
        err.touch()
        places = {"in": os.devnull, "out": str(out), "err": str(err)}
        pid = self.said({"program": program, "words": [str(one) for one in words], "env": env, **places})
        return Run(self, pid, out, err)

    def __enter__(self) -> "Ready":
        return self

    def __exit__(self, *_: object) -> None:
        self.parent.communicate()
