"""All groups at once: eight times the groups are no more calls of functions, whatever there is more of.

The calls are counted by the profiler, those of functions in C among them. A loop over groups, or an apply, shows in
them however it is written. What is asked once for each label (which economy it means) may be asked more often.
"""

import cProfile
import itertools
import sys
import warnings
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from conftest import sampled

import tradeanalysis as ta

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))
import scale

FEW = {"reporters": 20, "products": 8, "years": 4}
GROUPS = 20 * 8 * 4
PARTNERS = 12
# What reads labels, once each: the names of economies, the digits of products, and what C does with their letters.
OF_LABELS = ("names/", "product_codes.py", "unicodedata", "'str' objects")
ONE_GROUP = {"account, one", "partners", "excess", "gravity"}


def table(reporters, products, years):
    """Every reporter sells most products to most partners, who are reporters too, and one to everybody in the world."""
    codes = ta.countries().query("kind == 'country'")["iso3"].tolist()
    sellers, partners = codes[:reporters], codes[:PARTNERS]
    goods, when = [f"{100_000 + k}" for k in range(products)], range(2020 - years, 2020)
    rows = itertools.product(when, sellers, partners, goods)
    wide = itertools.product(when, sellers[:1], codes[PARTNERS:], goods[:1])
    made = pd.DataFrame([*rows, *wide], columns=["year", "reporter", "partner", "product"])
    draw = np.random.default_rng(0)
    made["value"] = draw.lognormal(0, 2, len(made))
    # Half of the products begin after the first year, and some partners do not buy.
    late = (made["year"] == when[0]) & (made["product"].astype(int) % 2 == 0)
    made = made[(made["reporter"] != made["partner"]) & ~late & (draw.random(len(made)) < 0.8)]
    economies = pd.CategoricalDtype(codes)
    made = made.astype({"reporter": economies, "partner": economies, "product": "category"}).reset_index(drop=True)
    return made.assign(flow=pd.Categorical(["export"] * len(made), ["export", "import"]))


def calls(run, rows):
    """How often each function is called, but those that read labels; "file line name()" if it is written in Python."""
    profile = cProfile.Profile()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        profile.runcall(run, rows)
    found = Counter()
    for one in profile.getstats():
        code = one.code
        if not isinstance(code, str):
            code = f"{Path(code.co_filename).name} {code.co_firstlineno} {code.co_name}()"
        if not any(of in code for of in OF_LABELS):
            found[code] += one.callcount
    return found


def tried(run, of, more, labels):
    """Assert that eight times the reporters, products or years are not many more calls, of all and of any function."""
    few, many = (scale.labelled(scale.TABLES[of](table(**FEW | {more: times * FEW[more]})), labels) for times in (1, 8))
    calls(run, few)  # what is loaded or remembered the first time
    before, after = calls(run, few), calls(run, many)
    total = [sum(count[one] for one in after if one.endswith(")")) for count in (before, after)]
    # Where few calls are made at all, pandas 2.2 makes some tens more once for a larger table.
    assert total[1] < 1.5 * total[0] + GROUPS / 5, f"{total[0]:,} calls for the few groups, {total[1]:,} for the many"
    most, times = max(((one, after[one] - before[one]) for one in after), key=lambda pair: pair[1])
    assert times < 7 * GROUPS / 5, f"{most} is called {times:,} times more, for {7 * GROUPS:,} groups more"


@sampled(
    ("name", "more", "labels"),
    [
        (name, *more)
        for name in scale.WORK
        if name not in ONE_GROUP
        for more in (("reporters", "category"), ("products", "str"), ("years", "str"))
    ],
)
def test_more_groups_are_no_more_calls(name, more, labels):
    of, run = scale.WORK[name]
    tried(run, of, more, labels)


def applied(rows):
    by = rows.groupby(["year", "reporter", "product"], observed=True)["value"]
    return by.apply(lambda x: (x**2).sum() / x.sum() ** 2)


def looped(rows):
    return {key: group.to_numpy() for key, group in rows.groupby(["year", "reporter", "product"])["value"]}


def worded(rows):
    return "".join("/".join(map(str, row)) for row in rows[["reporter", "product"]].itertuples(index=False))


@sampled(("run", "more"), list(itertools.product([applied, looped, worded], FEW)))
def test_a_loop_over_groups_or_rows_is_noticed(run, more):
    with pytest.raises(AssertionError, match=r"calls for the few|times more"):
        tried(run, "exports", more, "str")
