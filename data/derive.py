"""Derive the embedded tables from the public files that they come from.

The files are in the folder that TRADEANALYSIS_SHARED_DATA names; README.md beside this script says what each table is,
where it is from, and under which licence. Run ``python data/derive.py``: the same bytes come out every time.
"""

from __future__ import annotations

import gzip
import io
import os
import sys
from collections.abc import Callable
from pathlib import Path

import derive_world
import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment

from tradeanalysis import names


def world_2023(shared: Path) -> pd.DataFrame:
    """Exports of 194 economies to one another in whole US dollars, which moves no value by more than 6e-8 of it."""
    flows = _read(shared / "baci2023_totals_194" / "baci2023_long.csv")
    flows["value"] = (1000 * flows["value_kusd"]).round().astype("int64")
    flows = flows.rename(columns={"exporter": "reporter", "importer": "partner"})
    return flows[["reporter", "partner", "value"]].sort_values(["reporter", "partner"])


def wits_top5(shared: Path) -> pd.DataFrame:
    """Shares of the five largest partners as published, in per cent, beside the totals in million US dollars."""
    published = _read(shared / "wits_trade_summary" / "_extracted_published_indices.csv")
    economies = _codes(published["file_code"])
    published["reporter"] = published["file_code"].map(economies)
    published = published[published["reporter"].notna()]
    exports = published[published["indicator"] == "Exports (in US$ Mil)"].assign(flow="export")
    totals = pd.concat([exports[["reporter", "flow", "year", "value"]], _import_totals(shared)])
    shares = published[published["indicator"].str.startswith("Partner share(%)-Top 5")].copy()
    shares["flow"] = shares["indicator"].map(lambda text: "export" if "Export" in text else "import")
    shares["partner"] = shares["partner"].map(_codes(shares["partner"], groups=True))
    shares["share_percent"] = shares["value"]
    totals = totals.set_index(["reporter", "flow", "year"])["value"].rename("total_musd")
    shares = shares.join(totals, on=["reporter", "flow", "year"])
    shares = shares[["reporter", "flow", "year", "partner", "share_percent", "total_musd"]]
    return shares.sort_values(
        ["reporter", "flow", "year", "share_percent", "partner"], ascending=[True, True, True, False, True]
    )


def _import_totals(shared: Path) -> pd.DataFrame:
    """Total imports by economy and year: of the economies whose whole summary is there, since the extract has none."""
    found = []
    for path in sorted((shared / "wits_trade_summary").glob("en_*_AllYears_WITS_Trade_Summary.CSV")):
        table = _read(path)
        row = table[table["Indicator"] == "Imports (in US$ Mil)"].iloc[0]
        years = [column for column in table.columns if column.strip().isdigit()]
        values = pd.to_numeric(row[years].astype(str).str.strip(), errors="coerce").dropna()
        code = path.name.split("_")[1]
        found += [(code, "import", int(year), value) for year, value in values.items()]
    return pd.DataFrame(found, columns=["reporter", "flow", "year", "value"])


def vn_agri_2019(shared: Path) -> pd.DataFrame:
    """Vietnamese agricultural exports by commodity and market, nine months of 2018 and 2019, thousand US dollars."""
    table = _read(shared / "vn_mard_agri_markets" / "thi_truong_xuat_khau_9thang_2019.csv")
    table["partner"] = table["ten_nuoc"].map(_codes(table["ten_nuoc"]))
    years = []
    for year in (2018, 2019):
        one = table.rename(
            columns={
                "mat_hang": "product",
                "ten_nuoc": "partner_vi",
                f"luong_9t_{year}_tan": "quantity_t",
                f"gia_tri_9t_{year}_1000usd": "value_kusd",
                f"thi_phan_{year}_pct": "share_printed_percent",
            }
        ).assign(year=year)
        totals = one[one["tt"] == 0].set_index("product")["value_kusd"]
        one = one[one["tt"] > 0].join(totals.rename("product_total_kusd"), on="product")
        years.append(one)
    columns = ["product", "year", "partner", "partner_vi", "value_kusd", "quantity_t", "share_printed_percent"]
    return pd.concat(years)[[*columns, "product_total_kusd"]]


def distances(shared: Path) -> pd.DataFrame:
    """Distances in whole kilometres; each pair once, since they are the same both ways (``weighted`` to 2 m)."""
    pairs = _read(shared / "cepii_geo" / "dist_cepii.csv")
    # YUG has Belgrade as its capital: the distances are Serbia's.
    codes = _codes(pairs["iso_o"]) | {"YUG": "SRB"}
    pairs = pairs.assign(origin=pairs["iso_o"].map(codes), destination=pairs["iso_d"].map(codes))
    there = pairs.set_index(["origin", "destination"])["dist"]
    back = pairs.set_index(["destination", "origin"])["dist"]
    if not there.sort_index().equals(back.sort_index().rename_axis(there.index.names)):
        raise ValueError("the distances are not the same both ways: each pair cannot be kept once")
    pairs = pairs[pairs["origin"] < pairs["destination"]]
    pairs = pairs.rename(columns={"contig": "contiguous", "comlang_off": "common_language"})
    for ours, theirs in (("distance", "dist"), ("weighted", "distw")):
        pairs[ours] = pairs[theirs].round().astype("Int64")
    columns = ["origin", "destination", "distance", "weighted", "contiguous", "common_language"]
    return pairs[columns].sort_values(["origin", "destination"])


def gdp_2023(shared: Path) -> pd.DataFrame:
    """GDP in whole US dollars of the economies of world_2023."""
    folder = shared / "baci2023_totals_194"
    economies = _read(folder / "country_labels.csv")["iso3"]
    return pd.DataFrame({"reporter": economies, "gdp": _read(folder / "gdp.csv")["gdp"].round().astype("int64")})


def imports_1995_2019(shared: Path) -> pd.DataFrame:
    """Imports of 86 economies from one another in whole thousand US dollars, a column for each year.

    The source writes zeros for what was not reported: an empty cell here.
    """
    flows = _read(shared / "comtrade86_totals_1995_2019" / "trade_data_new_annual_import_zero_padded.csv.gz")
    codes = _codes(flows["Reporter"])
    flows = flows.assign(reporter=flows["Reporter"].map(codes), partner=flows["Partner"].map(codes))
    flows["value"] = (flows["Value"] / 1000).round().astype("Int64")
    flows = flows[(flows["reporter"] != flows["partner"]) & (flows["value"] > 0)]
    return flows.pivot(index=["reporter", "partner"], columns="Period", values="value").reset_index()


# Capitals of economies that CEPII's file does not have: degrees north and east, and the region.
CAPITALS = {
    **{"MNE": (42.44, 19.26, "EUROPE"), "XKX": (42.66, 21.17, "EUROPE"), "LIE": (47.14, 9.52, "EUROPE")},
    **{"MCO": (43.73, 7.42, "EUROPE"), "SSD": (4.85, 31.60, "AFRICA"), "MYT": (-12.78, 45.23, "AFRICA")},
    **{"CUW": (12.11, -68.93, "AMERICAS"), "SXM": (18.03, -63.05, "AMERICAS"), "VIR": (18.34, -64.93, "AMERICAS")},
    **{"ASM": (-14.28, -170.70, "OCEANIA"), "GUM": (13.48, 144.75, "OCEANIA")},
}
REGIONS = {"Africa": "AFRICA", "America": "AMERICAS", "Asia": "ASIA", "Europe": "EUROPE", "Pacific": "OCEANIA"}
# Where UN M49 counts an economy to another region than CEPII's continents do.
OF_M49 = {"RUS": "EUROPE", "CYP": "ASIA", "TUR": "ASIA", "ATF": "AFRICA"}
COLUMNS, ROWS = 30, 19


def tiles(shared: Path) -> pd.DataFrame:
    """A place on a grid for every economy: as near to its capital as all of them together can be.

    Longitudes and latitudes are drawn half to scale and half by rank, which gives crowded places more room. The region
    is that of UN M49.
    """
    capitals = _read(shared / "cepii_geo" / "geo_cepii.csv").query("cap == 1").set_index("iso3")
    capitals["region"] = capitals["continent"].map(REGIONS)
    capitals = capitals[["lat", "lon", "region"]].rename(
        index={"PAL": "PSE", "ROM": "ROU", "TMP": "TLS", "YUG": "SRB", "ZAR": "COD"}
    )
    capitals = capitals[~capitals.index.isin(["ANT"])]
    capitals = pd.concat([capitals, pd.DataFrame.from_dict(CAPITALS, orient="index", columns=["lat", "lon", "region"])])
    capitals = capitals.sort_index().rename_axis("iso3")
    capitals["region"] = pd.Series(OF_M49).reindex(capitals.index).fillna(capitals["region"])
    # The Pacific stays whole: the map is cut at 170 degrees west.
    east = (capitals["lon"] + 170) % 360
    sides = (east, -capitals["lat"])
    across, down = (one.rank(pct=True) + (one - one.min()) / (one.max() - one.min()) for one in sides)
    columns, rows = np.meshgrid(np.arange(COLUMNS), np.arange(ROWS))
    cells = np.column_stack([columns.ravel(), rows.ravel()])
    wanted = np.column_stack([across / across.max() * (COLUMNS - 1), down / down.max() * (ROWS - 1)])
    far = ((wanted[:, None, :] - cells[None, :, :]) ** 2).sum(axis=2)
    _, chosen = linear_sum_assignment(far)
    places = {"iso3": capitals.index, "column": cells[chosen, 0], "row": cells[chosen, 1]}
    return pd.DataFrame(places | {"region": capitals["region"].to_numpy()})


TABLES: dict[str, Callable[[Path], pd.DataFrame]] = {
    table.__name__: table
    for table in (world_2023, wits_top5, vn_agri_2019, imports_1995_2019, distances, gdp_2023, tiles)
} | derive_world.TABLES


def write(shared: Path, folder: Path) -> None:
    """Write all tables into a folder."""
    for name, derive in TABLES.items():
        text = derive(shared).to_csv(index=False, lineterminator="\n")
        buffer = io.BytesIO()
        # No time and no name in the header: the bytes depend on the table alone.
        with gzip.GzipFile(fileobj=buffer, mode="wb", mtime=0, filename="") as packed:
            packed.write(text.encode("utf-8"))
        (folder / f"{name}.csv.gz").write_bytes(buffer.getvalue())


def _read(path: Path) -> pd.DataFrame:
    # "NA" is Namibia: only an empty cell is missing.
    return pd.read_csv(path, keep_default_na=False, na_values=[""])


def _codes(labels: pd.Series, *, groups: bool = False) -> dict[str, str]:
    """ISO3 of the labels that are economies; of remainders and groups too, where asked."""
    kinds = {"country", "historical"} | ({"unallocated", "aggregate"} if groups else set())
    found = names.resolve(labels.unique())
    return {label: match.code for label, match in found.items() if match.kind in kinds}


if __name__ == "__main__":
    where = os.environ.get("TRADEANALYSIS_SHARED_DATA")
    if not where:
        sys.exit("TRADEANALYSIS_SHARED_DATA must name the folder of the public files")
    write(Path(where), Path(__file__).parent)
