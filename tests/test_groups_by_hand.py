"""Arithmetic by hand of all groups, which the benchmark holds the library against, gives the library's numbers."""

import sys
from pathlib import Path

import pandas as pd
import pytest

import tradeanalysis as ta

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))
import by_hand_pairs
import groups

SAME = 1e-12


@pytest.fixture(scope="module")
def world():
    return pd.DataFrame(ta.example("world_2023"))


@pytest.mark.filterwarnings("ignore::tradeanalysis.TradeDataWarning")
def test_every_verb_gives_the_numbers_of_arithmetic_by_hand(world, monkeypatch):
    monkeypatch.setattr(groups, "SIZE", 50)
    far = {line.name: groups.apart(line.ours(), line.by_hand(), line.keys) for line in groups.lines_of(world)}
    assert len(far) == 18
    assert max(far.values()) < SAME, far


def test_what_is_compared_and_mirrored_is_that_of_arithmetic_by_hand(world):
    two, some = groups.two_years(world), ["MYS", "THA", "VNM"]
    differences, parts = by_hand_pairs.compare(two, some)
    found = ta.compare(two, some)
    assert found.differences["difference"].tolist() == pytest.approx(differences["d"].tolist(), rel=SAME)
    assert groups.apart(found.contributions, parts, ["year", "first", "second", "partner"]) < SAME
    reports, keys = groups.both_sides(world[world["reporter"].isin(["CHN", "DEU", *some])]), ["year", *groups.PAIR]
    assert groups.apart(ta.mirror(reports), by_hand_pairs.mirror(reports, keys), keys) < SAME
