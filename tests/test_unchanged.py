"""Numbers of public functions on the embedded tables, as they were before files and names moved (59b5c0d).

They guard a change of walls, not the truth: that is what tests/reference and the other tests are for. Where a number is
meant to change, ``python tests/test_unchanged.py`` writes unchanged.csv anew, and the change says why.
"""

import csv
import dataclasses
import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import tradeanalysis as ta
from tradeanalysis.measures.indices import examples

FILE = Path(__file__).with_name("unchanged.csv")


def tables():
    world, panel = ta.example("world_2023"), ta.example("imports_1995_2019")
    vietnam = ta.basket(world, reporter="VNM", flow="export")
    return world, panel, vietnam


def cases():
    """What is computed, by name."""
    world, panel, vietnam = tables()
    usa = panel[panel["reporter"] == "USA"]
    covariance = ta.stress.demand_covariance(usa)
    known = vietnam[vietnam.index.isin(covariance.index)]
    draws = ta.uncertainty.draws(vietnam, 0.15, size=500, seed=1)
    farms = ta.example("vn_agri_2019")
    return {
        **{f"measure {one.name}": lambda one=one: ta.measure(world, one, by="reporter") for one in examples()},
        "measure panel": lambda: ta.measure(panel, ta.hhi, ta.gini, ta.entropy, by=["reporter", "year"]),
        "lorenz": lambda: ta.lorenz(vietnam),
        "theil_margins": lambda: ta.measures.theil_margins(vietnam, n=200),
        "partners": lambda: ta.partners(world, reporter="VNM", flow="export"),
        "bloc_shares": lambda: ta.dependency.bloc_shares(world, reporter="VNM", flow="export"),
        "exposure": lambda: ta.dependency.exposure(world, reporter="VNM"),
        "asymmetry": lambda: ta.dependency.asymmetry(world),
        "intensity": lambda: ta.dependency.intensity(world),
        "excess": lambda: ta.excess(world, reporter="VNM", flow="export"),
        "change": lambda: ta.change(panel, before=2000, after=2019, by="reporter"),
        "change every year": lambda: ta.change(usa, before=2000, after=2019, every_year=True),
        "margins": lambda: ta.changes.margins(panel, before=2000, after=2019, by="reporter"),
        "decompose": lambda: ta.changes.decompose(vietnam, ["EU27", "ASEAN"]),
        "account": lambda: ta.account(farms, year=2019),
        "interval": lambda: ta.interval(vietnam * 0.8, ta.hhi, vietnam * 1.3),
        "interval of a list": lambda: ta.interval(
            vietnam.head(5), ta.hhi, remainder=vietnam.iloc[5:].sum(), top_listed=True
        ),
        "confidence": lambda: ta.confidence(draws, ta.hhi),
        "contingency": lambda: ta.contingency(vietnam, 0.5),
        "worst": lambda: ta.worst(vietnam, k=2),
        "collapses": lambda: ta.stress.collapses(panel),
        "demand_covariance": lambda: covariance,
        "demand_risk": lambda: ta.stress.demand_risk(known, covariance),
        "diversity_profile": lambda: ta.stress.diversity_profile(vietnam),
        "plan": lambda: ta.plan(vietnam, 0.1, 0.3),
        "plan even growth": lambda: ta.plan(vietnam, 0.1, 0.3, aim="even growth"),
        "plan_path": lambda: ta.planner.plan_path(vietnam, 3, 0.1, 0.28),
        "frontier": lambda: ta.frontier(vietnam),
        "frontier of risk": lambda: ta.frontier(known, covariance=covariance.loc[known.index, known.index]),
        "promote": lambda: ta.planner.promote(vietnam.head(5) / 1e9, 10.0),
    }


def numbers(found):
    """Every number of a result that is not missing, tables and fields in their order."""
    if dataclasses.is_dataclass(found):
        return [x for field in dataclasses.fields(found) for x in numbers(getattr(found, field.name))]
    if isinstance(found, pd.DataFrame):
        return [x for column in found for x in numbers(found[column])]
    if isinstance(found, pd.Series):
        return numbers(found.to_numpy()) if found.dtype.kind in "fi" else []
    if isinstance(found, np.ndarray):
        return [x for x in found.astype(float).ravel().tolist() if math.isfinite(x)] if found.dtype.kind in "fi" else []
    if isinstance(found, (float, int)) and not isinstance(found, bool):
        return [float(found)] if math.isfinite(found) else []
    return [] if isinstance(found, (str, Mapping)) or found is None else numbers(np.asarray(found))


def summed(found):
    """How many numbers, their sum, and that of the k-th times 1 + k % 7, so that an exchange is noticed."""
    x = numbers(found)
    return len(x), math.fsum(x), math.fsum(one * (1 + k % 7) for k, one in enumerate(x))


@pytest.fixture(scope="module")
def computed():
    return {name: summed(run()) for name, run in cases().items()}


def test_no_number_has_changed(computed):
    with FILE.open(encoding="utf-8", newline="") as file:
        known = {row["name"]: row for row in csv.DictReader(file)}
    assert list(known) == list(computed)
    for name, (count, total, weighted) in computed.items():
        row = known[name]
        assert count == int(row["count"]), name
        # Sums of numbers of either sign lose digits relative to the sum.
        assert total == pytest.approx(float(row["total"]), rel=1e-10, abs=1e-9), name
        assert weighted == pytest.approx(float(row["weighted"]), rel=1e-10, abs=1e-9), name


if __name__ == "__main__":
    with FILE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["name", "count", "total", "weighted"])
        writer.writerows([name, *summed(run())] for name, run in cases().items())
