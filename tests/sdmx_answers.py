"""Small answers of SDMX services, made here, in the forms in which the services write them."""

import contextlib
import dataclasses
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pytest
from fault_server import FaultServer

import tradeanalysis as ta
from tradeanalysis.sources.services import transport
from tradeanalysis.sources.services.calls import Service
from tradeanalysis.sources.services.known_services import SERVICES

IMTS = ("COUNTRY", "INDICATOR", "COUNTERPART_COUNTRY", "FREQUENCY", "TIME_PERIOD", "OBS_VALUE", "SCALE")
# What an economy sold in two years, in US dollars: 100 + 50 + 20 + 1 + 4 = 175, and 110 + 40 + 25 + 5 = 180.
SOLD = {
    2022: {"USA": 100e9, "CHN": 50e9, "TWN": 20e9, "KOS": 1e9, "TX598": 4e9},
    2023: {"USA": 110e9, "CHN": 40e9, "TWN": 25e9, "TX898": 5e9},
}
# Groups stand among the partners; TX910 is two partners once more.
GROUPS = {"G110": 120e9, "G998": 0, "GX170": 1e9, "U142": 74e9, "TX910": 3e9}
SOLD_TABLE = {
    (2022, "USA"): 100e9,
    (2022, "CHN"): 50e9,
    (2022, "TWN"): 20e9,
    (2022, "XKX"): 1e9,
    (2022, "UNS"): 4e9,
    (2023, "USA"): 110e9,
    (2023, "CHN"): 40e9,
    (2023, "TWN"): 25e9,
    (2023, "UNS"): 5e9,
}


def imts_rows(
    sold: Mapping[int, Mapping[str, float]] = SOLD,
    *,
    reporter: str = "VNM",
    indicator: str = "XG_FOB_USD",
    world: float | None = None,
) -> list[tuple[str, ...]]:
    """The observations of an economy with those of groups and of the World."""
    rows = []
    for year, partners in sold.items():
        total = {"G001": sum(partners.values()) if world is None else world}
        for partner, value in (partners | GROUPS | total).items():
            rows.append((reporter, indicator, partner, "A", str(year), f"{value:.0f}", "6"))
    return rows


def sdmx_csv(
    head: Iterable[str], rows: Iterable[Iterable[str]], *, version: int = 2, flow: str = "IMF.STA:IMTS(1.0.0)"
) -> str:
    """SDMX-CSV of version 1 (first the dataflow) or 2 (what it follows, and what is to be done with it)."""
    first = {1: ["DATAFLOW"], 2: ["STRUCTURE[;]", "STRUCTURE_ID", "ACTION"]}[version]
    each = {1: [flow], 2: ["dataflow", flow, "I"]}[version]
    return "\n".join(",".join([*start, *row]) for start, row in [(first, head), *((each, row) for row in rows)]) + "\n"


def sdmx_xml(rows: Iterable[tuple[str, ...]]) -> str:
    """Structure-specific XML as the IMF writes it, a series for each observation."""
    series = "".join(
        f'<Series COUNTRY="{a}" INDICATOR="{b}" COUNTERPART_COUNTRY="{c}" FREQUENCY="{d}" SCALE="{g}">'
        f'<Obs OBS_VALUE="{f}" TIME_PERIOD="{e}"/></Series>'
        for a, b, c, d, e, f, g in rows
    )
    return (
        "<?xml version='1.0' encoding='UTF-8'?>"
        '<message:StructureSpecificData xmlns:message="http://www.sdmx.org/resources/sdmxml/schemas/v3_0/message" '
        'xmlns:ss="http://www.sdmx.org/resources/sdmxml/schemas/v3_0/data/structurespecific" xmlns:ns1="urn:x">'
        "<message:Header><message:Structure namespace="
        '"urn:sdmx:org.sdmx.infomodel.datastructure.DataStructure=IMF.STA:DSD_IMTS(1.0.0)"/></message:Header>'
        '<message:DataSet ss:structureRef="X" action="Replace"><Group INDICATOR="XG_FOB_USD" ns1:type="G"/>'
        f"{series}</message:DataSet></message:StructureSpecificData>"
    )


def sdmx_json(dimensions: Mapping[str, list[str]], years: list[str], values: Mapping[str, float]) -> str:
    """SDMX-JSON 1: a value for each key of a series; all are of the first year unless the key names another."""
    series: dict[str, dict] = {}
    for key, value in values.items():
        place, _, at = key.partition("@")
        series.setdefault(place, {"observations": {}})["observations"][at or "0"] = [value, 0]
    listed = [{"id": name, "values": [{"id": code} for code in codes]} for name, codes in dimensions.items()]
    observation = [{"id": "TIME_PERIOD", "values": [{"id": year} for year in years]}]
    structure = {"dimensions": {"dataset": [], "series": listed, "observation": observation}}
    return json.dumps({"dataSets": [{"action": "Information", "series": series}], "structure": structure})


@contextlib.contextmanager
def served(
    monkeypatch: pytest.MonkeyPatch, cache: Path, service: Service, routes: Mapping[str, object]
) -> Iterator[FaultServer]:
    """A service as this machine plays it, without its pace, with a cache of its own."""
    with FaultServer(dict(routes)) as server:
        monkeypatch.setenv(f"TRADEANALYSIS_BASE_{service.name.upper()}", server.url)
        monkeypatch.setenv("TRADEANALYSIS_CACHE", str(cache))
        monkeypatch.setenv("TRADEANALYSIS_OFFLINE", "")
        monkeypatch.setattr(transport, "pause", lambda seconds: None)
        monkeypatch.setitem(SERVICES, service.name, dataclasses.replace(service, pace=0.0))
        yield server


def is_empty(cache: Path) -> bool:
    """Whether nothing is stored but when a service was called last."""
    info = ta.cache_info(cache=cache)
    return len(info) == 0


COMEXT = ("LAST UPDATE", "freq", "reporter", "partner", "product", "flow", "indicators", "TIME_PERIOD", "OBS_VALUE")
# What Germany sold in a year, in euros; the rows of a group and of the quantities are no part of the sum, which is 100.
BOUGHT_BY = {"US": 40, "CN": 30, "GR": 10, "XS": 5, "XI": 2, "GB": 8, "QZ": 4, "XK": 1}
EU_TABLE = {"USA": 40, "CHN": 30, "GRC": 10, "SRB": 5, "GBR": 10, "UNS": 4, "XKX": 1}
EU_GROUPS = {"EU27_2020_INTRA": 10, "EU27_2020_EXTRA": 90, "EA20_EXTRA": 90}


def comext_rows(
    sold: Mapping[str, float] = BOUGHT_BY,
    *,
    years: Iterable[int] = (2024,),
    product: str = "TOTAL",
    flow: str = "2",
    world: float | None = None,
    times: float = 1,
) -> list[tuple[str, ...]]:
    """The rows of a year with groups, the World and a quantity; ``times`` is what one unit is worth."""
    rows = []
    for year in years:
        total = {"WORLD": sum(sold.values()) if world is None else world}
        for partner, value in (sold | EU_GROUPS | total).items():
            row = ("15/09/26 11:00:00", "A", "DE", partner, product, flow)
            rows.append((*row, "VALUE_IN_EUROS", str(year), f"{value * times:g}"))
            rows.append((*row, "QUANTITY_IN_100KG", str(year), "90212.63"))
    return rows


def comext_csv(rows: Iterable[tuple[str, ...]]) -> str:
    return sdmx_csv(COMEXT, rows, version=1, flow="ESTAT:DS-045409(1.0)")
