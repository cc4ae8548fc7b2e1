"""The licences of what is packed into the folder, from the metadata of each wheel."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from email.parser import BytesParser
from typing import Any

_LICENCE = re.compile(r"(?:^|/)(?:licen[cs]e|copying|notice|authors)[^/]*$", re.IGNORECASE)
_WAYS = re.compile(r"(?:home-?page|homepage|source|source code|repository|download)\s*,\s*(\S+)", re.IGNORECASE)
# Where the sources of those are that no metadata comes with.
SOURCES = {
    "Pyodide": "https://github.com/pyodide/pyodide",
    "CPython": "https://www.python.org/downloads/source/",
    "openblas": "https://github.com/OpenMathLib/OpenBLAS",
}
LINE = "=" * 100


def notice(parts: list[Mapping[str, Any]], files: Mapping[str, bytes]) -> str:
    """Name, version, licence and source of every part, and the texts of licences that its wheel carries."""
    entries: dict[str, str] = {}
    for part in parts:
        entries.setdefault(str(part["name"]).lower(), _entry(part, files[part["file"]]))
    return "\n\n".join(entries[name] for name in sorted(entries)) + "\n"


def _entry(part: Mapping[str, Any], content: bytes) -> str:
    stated, texts = licence_of(content) if zipfile.is_zipfile(io.BytesIO(content)) else ({}, {})
    name, version = stated.get("name", part["name"]), stated.get("version", part["version"])
    licence = part.get("license") or stated.get("license", "")
    source = SOURCES.get(part["name"]) or stated.get("source") or f"https://pypi.org/project/{name}/"
    head = f"{LINE}\n{name} {version}\n{licence}\n{source}\n{LINE}"
    return "\n\n".join([head, *(f"--- {one}\n\n{text.strip()}" for one, text in texts.items())])


def licence_of(wheel: bytes) -> tuple[dict[str, str], dict[str, str]]:
    """Name, version, licence and source that a wheel states, and the texts of its licences by their names."""
    with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
        inside = [one for one in archive.namelist() if ".dist-info/" in one]
        metadata = next((one for one in inside if one.endswith(".dist-info/METADATA")), None)
        texts = {
            one.partition(".dist-info/")[2]: archive.read(one).decode("utf-8", "replace")
            for one in inside
            if _LICENCE.search(one)
        }
        if metadata is None:
            return {}, texts
        stated = BytesParser().parsebytes(archive.read(metadata))
    classified = [
        one.rpartition("::")[2].strip() for one in stated.get_all("Classifier", []) if one.startswith("License")
    ]
    licence = (
        stated.get("License-Expression") or " / ".join(classified) or (stated.get("License") or "").partition("\n")[0]
    )
    ways = [found[1] for one in stated.get_all("Project-URL", []) if (found := _WAYS.match(one))]
    source = stated.get("Home-page") or next(iter(ways), "")
    known = {"name": stated["Name"], "version": stated["Version"], "license": licence, "source": source}
    return {key: str(value) for key, value in known.items() if value}, texts
