"""Answers of SDMX services in XML that names the dimensions of its structure: a record for each observation."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from xml.etree import ElementTree

import pandas as pd

from tradeanalysis.gate.findings import fault

_ROOT = re.compile(r"\s*(?:<\?xml[^>]*>\s*)?<(?:\w+:)?StructureSpecific(?:TimeSeries)?Data[\s>]")
# An entity may unfold to any length, and no service writes one.
_DECLARED = re.compile(r"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_STRUCTURE = re.compile(r"(?:DataStructure|Dataflow)=([\w.]+:[\w.]+\([\w.+]+\))")


def is_sdmx_xml(text: str) -> bool:
    """Whether a text is SDMX-ML of a structure's own names, of version 2.1 or 3.0."""
    return _ROOT.match(text.lstrip("\ufeff")) is not None


def xml_observations(text: str, name: str) -> pd.DataFrame:
    """A record for each observation: the attributes of its series and its own, and the structure that they follow.

    Raises
    ------
    TradeDataError
        The text is cut or declares entities, or it has no observation.
    """
    text = text.lstrip("\ufeff \t\r\n")
    if _DECLARED.search(text):
        raise fault("TA-131", "xml_declares", name=name)
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        raise fault("TA-131", "xml_cut", name=name, line=error.position[0]) from None
    followed = _STRUCTURE.search(text[: text.find("DataSet") + 1] or text)
    structure = {"STRUCTURE_ID": followed[1]} if followed else {}
    rows = [structure | row for row in _rows(root)]
    if not rows:
        raise fault("TA-131", "no_record", name=name, message="")
    cells = pd.DataFrame(rows, dtype=object)
    cells.index = pd.RangeIndex(1, len(cells) + 1)
    return cells.where(cells.notna(), "")


def _rows(root: ElementTree.Element) -> Iterator[dict[str, str]]:
    for data in root.iter():
        if _local(data.tag) != "DataSet":
            continue
        for one in data:
            if _local(one.tag) == "Obs":
                yield _own(one.attrib)
            elif _local(one.tag) == "Series":
                yield from (_own(one.attrib) | _own(each.attrib) for each in one if _local(each.tag) == "Obs")


def _own(attributes: Mapping[str, str]) -> dict[str, str]:
    """Attributes of the structure; those of XML itself stand in a namespace."""
    return {key: value for key, value in attributes.items() if not key.startswith("{")}


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
