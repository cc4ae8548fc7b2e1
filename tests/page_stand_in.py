"""A process of the page's server with a core that does what its file's name says, among it what no core should do."""

import os
import socket
import tempfile
import time
import warnings
from pathlib import Path

from tradeanalysis.page.worker_process import answer_requests


class StandIn:
    """The functions of the page, for the tests of what surrounds them."""

    def screen(self, name, data, answers, lang):
        what = getattr(self, Path(name).stem, None)
        return f"<h1>{lang}</h1><p>{what(data) if what else len(data or b'')} {sorted(answers.items())}</p>"

    def part(self, which, name, data, answers, lang):
        return f"<p>{which} {len(data or b'')}</p>"

    def download(self, which, name, data, answers, lang):
        return which, data or b""

    def slow(self, data):
        time.sleep(600)

    def short(self, data):
        time.sleep(0.4)
        return os.getpid()

    def long(self, data):
        time.sleep(3)

    counted_so_far = 0

    def counted(self, data):
        self.counted_so_far += 1
        return self.counted_so_far

    def process(self, data):
        return os.getpid()

    def large(self, data):
        return len(bytearray(4_000_000_000))

    def killed(self, data):
        os.kill(os.getpid(), 9)

    def wrong(self, data):
        raise ValueError(f"no number: {data!r}")

    def printing(self, data):
        print("a library prints this among the answers")
        os.write(1, b"\0\0\0\1\0\0\0\0")
        warnings.warn("and warns", stacklevel=1)
        return "printed"

    def writing(self, data):
        here = Path(__file__)
        return tried(
            lambda: Path("written.txt").write_bytes(data),
            lambda: os.open("written.txt", os.O_CREAT),
            Path("written.txt").mkdir,
            here.with_name("no_such_file").unlink,
            here.with_name("no_such_folder").rmdir,
            lambda: here.with_name("no_such_file").rename("written.txt"),
            lambda: Path("written.txt").symlink_to(here),
            lambda: Path("written.txt").hardlink_to(here),
            lambda: os.truncate(here.with_name("no_such_file"), 0),
            lambda: here.chmod(here.stat().st_mode),
            lambda: os.utime(here.with_name("no_such_file")),
        )

    def moving(self, data):
        with tempfile.TemporaryDirectory() as place:
            Path(place, "a").write_bytes(data)
            Path(place, "a").rename(Path(place, "b"))
            Path(place, "c").mkdir()
            os.truncate(Path(place, "b"), 1)
            found = Path(place, "b").read_bytes()
        return f"{found.decode()} {Path(place).exists()}"

    def sending(self, data):
        return tried(
            lambda: socket.create_connection(("127.0.0.1", 9)),
            lambda: socket.getaddrinfo("localhost", 80),
            lambda: os.system("true"),
        )

    def in_memory(self, data):
        with tempfile.NamedTemporaryFile() as file:
            file.write(data)
            return Path(file.name).parent


def tried(*acts):
    """Which acts were refused; one that was not is an error."""
    refused = 0
    for act in acts:
        try:
            act()
        except PermissionError:
            refused += 1
    return f"refused {refused} of {len(acts)}"


if __name__ == "__main__":
    answer_requests(StandIn())
