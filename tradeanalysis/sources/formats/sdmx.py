"""Answers of SDMX services in JSON: series and observations under codes, as records under the names of dimensions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tradeanalysis.gate.findings import fault


def is_sdmx(answer: Any) -> bool:
    """Whether an answer is SDMX-JSON, of version 1 or 2."""
    inner = answer.get("data", answer) if isinstance(answer, dict) else None
    return isinstance(inner, dict) and isinstance(inner.get("dataSets"), list)


def observations(answer: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """A record for each observation: the code of each dimension, and the value under OBS_VALUE.

    Raises
    ------
    TradeDataError
        The answer has no observations, or lacks the structure that says what they are.
    """
    inner = answer.get("data", answer)
    structures = inner.get("structures") or [inner.get("structure") or answer.get("structure") or {}]
    try:
        rows = [row for one in inner["dataSets"] for row in _of_set(one, structures[int(one.get("structure", 0))])]
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        raise fault("TA-131", "sdmx_without_structure", name=name, reason=f"{type(error).__name__}: {error}") from None
    if not rows:
        raise fault("TA-131", "no_record", name=name, message="")
    return rows


def _of_set(data: Mapping[str, Any], structure: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    dimensions = structure["dimensions"]
    every = {where: dimensions.get(where) or [] for where in ("dataSet", "dataset", "series", "observation")}
    same = {one["id"]: one["values"][0]["id"] for where in ("dataSet", "dataset") for one in every[where]}
    if "series" in data:
        for key, series in data["series"].items():
            codes = same | _codes(every["series"], key)
            for at, found in (series.get("observations") or {}).items():
                yield codes | _codes(every["observation"], at) | {"OBS_VALUE": _value(found)}
        return
    for at, found in (data.get("observations") or {}).items():
        yield same | _codes(every["observation"], at) | {"OBS_VALUE": _value(found)}


def _codes(dimensions: Sequence[Mapping[str, Any]], key: str) -> dict[str, str]:
    """The codes that a key such as "0:3:1" stands for."""
    at = [int(part) for part in key.split(":")]
    if len(at) != len(dimensions):
        raise KeyError(f"the key {key!r} has {len(at)} parts, and there are {len(dimensions)} dimensions")
    return {one["id"]: str(one["values"][i]["id"]) for one, i in zip(dimensions, at, strict=True)}


def _value(found: Any) -> Any:
    value = found[0] if isinstance(found, list) else found
    return "" if value is None else value
