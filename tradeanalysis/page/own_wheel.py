"""This library as one wheel: the same bytes from the same files, whoever packs them and when."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

import tradeanalysis
from tradeanalysis.schema import DATA

# What is packed, of the library and of its tables.
OF_LIBRARY = frozenset((".py", ".pyi", ".toml", ".html", ".css", ".js", ".typed"))
OF_TABLES = frozenset((".csv", ".gz", ".ttf", ".woff2", ".txt", ".md"))
# The earliest date that a zip can state.
EPOCH = (1980, 1, 1, 0, 0, 0)


def wheel_name() -> str:
    """The name of the wheel."""
    return f"tradeanalysis-{tradeanalysis.__version__}-py3-none-any.whl"


def own_wheel() -> bytes:
    """The library and its tables as they stand here."""
    package = Path(tradeanalysis.__file__).parent
    files = {f"tradeanalysis/{at}": content for at, content in _under(package, OF_LIBRARY).items()}
    files |= {f"tradeanalysis/data/{at}": content for at, content in _under(DATA, OF_TABLES).items()}
    version = tradeanalysis.__version__
    info = f"tradeanalysis-{version}.dist-info"
    files[f"{info}/METADATA"] = (
        f"Metadata-Version: 2.4\nName: tradeanalysis\nVersion: {version}\nLicense-Expression: MIT\n".encode()
    )
    files[f"{info}/WHEEL"] = b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    files[f"{info}/RECORD"] = "".join(f"{name},,\n" for name in sorted(files)).encode()
    return zipped(files)


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Files as a zip, in the order of their names and without a date."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name in sorted(files):
            member = zipfile.ZipInfo(name, EPOCH)
            member.compress_type, member.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(member, files[name])
    return buffer.getvalue()


def _under(folder: Path, kinds: frozenset[str]) -> dict[str, bytes]:
    paths = (one for one in sorted(folder.rglob("*")) if one.suffix in kinds and one.is_file())
    return {one.relative_to(folder).as_posix(): one.read_bytes() for one in paths if "__pycache__" not in one.parts}
