"""How often a score was right: rank what was nil in one window of years, and see what came in a later one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from tradeanalysis.parameters import need_counts, need_labels, need_numbers, need_whole
from tradeanalysis.prospects.begun import LEAST
from tradeanalysis.prospects.logit import FEATURES, Chances, Training, features_of, training
from tradeanalysis.prospects.rated import FIRST, by_exporter, by_pair, calibration, curve, differences, measured
from tradeanalysis.prospects.scoring import BUILT_IN, Score
from tradeanalysis.prospects.terms import why_no_gravity
from tradeanalysis.prospects.trade_flows import YearlyFlows, yearly_flows
from tradeanalysis.prospects.windows import (
    Cells,
    Outcome,
    Window,
    candidates,
    known_flows,
    outcome_of,
    two_windows,
    years_that_count,
)
from tradeanalysis.results import Result, annotated
from tradeanalysis.schema import VALUE, TradeDataError
from tradeanalysis.sums import Array
from tradeanalysis.texts import Text
from tradeanalysis.texts import catalogues as texts

# The name of the fitted logit, which is no formula and learns from the years before.
DEFAULT = "default"


def backtest(
    score: Score | str | Iterable[Score | str] | None,
    panel: Any,
    base: Window = (2014, 2016),
    outcome: Window = (2019, 2021),
    *,
    flow: str | None = None,
    value: str = VALUE,
    least: float = LEAST,
    draws: int = 200,
    seed: int = 0,
    confidence: float = 0.95,
) -> Backtest:
    r"""How often a score was right: flows that were nil in the base years are ranked, and some came later.

    A candidate is an exporter, a product that it sells somewhere and a market that buys it, without trade between them
    in any base year. It came true where the flow reached ``least`` in at least two thirds of the outcome years (two of
    three, both of two, the one year). Scores, and the default that learns from earlier years, use nothing after the
    last base year.

    Parameters
    ----------
    score
        A ``ta.Score``, a name of a built-in one, several of these, or None for all that are built in: ``market_size,
        size_product, epi, gravity, product_relatedness, importer_relatedness, exporter_relatedness, density`` and
        ``default``, a logit of these, fitted to what came true in the base years.
    panel
        A trade table with products and years, of importers' reports (``reporter`` the importer, ``partner`` the
        exporter, ``flow`` import) or of exporters' (``flow`` export).
    base, outcome
        First and last year of the two windows.
    flow, value
        May be left out where the table has one flow; the column of values.
    least
        What a flow must reach, in the unit of the table.
    draws, seed, confidence
        Intervals are quantiles over so many draws of as many exporters, with replacement; a seed gives the same ones.

    Returns
    -------
    A ``Backtest``. ``.table`` has a row for each score: ``score, auc, average_precision, precision_at_1000, lift``
    (over the share of all candidates), ``value_recall`` (the share of the value of what came true that is in the
    first 1% of candidates), ``precision_at_20`` (of the first 20 *of each exporter* that has as many candidates, the
    mean over exporters), ``missing`` (the share of candidates without a score, which stand last), and limits ``_low``
    and ``_high`` of the first three.
    ``.by_exporter``, ``.by_pair`` (where the pair trades nothing apart), ``.calibration`` (by deciles of the chance),
    ``.differences`` (the default less each other score), ``.curve`` (for ``ta.figures.hit_rate``) and ``.candidates``
    (every prediction, with what became of it) are tables; ``.about`` says what was left out.

    Raises
    ------
    TradeDataError
        The windows overlap or have years that the table has not; no economy reported in all of them; nothing came
        true; the name of a score is not known; ``default`` is chosen and no year is before the base window.

    Notes
    -----
    Where scores are equal, every order of them counts as likely. Unknown, and not counted as misses, is what became of
    trade with reporters that did not report in every year of both windows (``.about["unknown"]``); product codes that
    begin or end between the first and the last year are left out (``.about["codes_left_out"]``, with their shares of
    value). Where gravity cannot be fitted ``.about["no_gravity"]`` says why, and it and the default have no scores.
    Where the default learned from a shorter window than the base, chances are less by an offset for the longer nil
    spell, ``.about["offset"]`` in log odds, which moves no order (``.about["no_offset"]`` says why there is none).
    Intervals are of exporters like these: draws are of exporters alone, whose candidates in one market are not
    independent, and the fitted logit stays that of all; another period or sector may differ by more. A score may be
    right because it was followed: promotion is not observed.

    Examples
    --------
    >>> import itertools
    >>> import pandas as pd
    >>> import tradeanalysis as ta
    >>> size = {"VNM": 9, "THA": 5, "USA": 8, "JPN": 4}
    >>> rows = [
    ...     (year, j, i, k, size[i] * size[j] * 1000.0)
    ...     for year, i, j, k in itertools.product(range(2014, 2022), size, size, ["0302", "0303"])
    ...     if i != j and ((i, k) != ("VNM", "0302") or j == "JPN" or (year > 2018 and j == "USA"))]
    >>> panel = pd.DataFrame(rows, columns=["year", "reporter", "partner", "product", "value"]).assign(flow="import")
    >>> found = ta.backtest("market_size", panel)  # VNM sells 0302 to JPN; USA is the larger of two others, and came
    >>> found.table[["score", "auc", "average_precision"]].values.tolist()
    [['market_size', 1.0, 1.0]]
    """
    need_labels(flow=flow)
    need_numbers(least=least, confidence=confidence)
    need_counts(draws=draws)
    need_whole(seed=seed)
    if not 0 < confidence < 1:
        raise TradeDataError(Text("backtest_confidence", confidence=repr(confidence)))
    wanted = _wanted(score)
    yearly = yearly_flows(panel, value, flow)
    base, outcome = two_windows(yearly, base, outcome)
    cells = candidates(known_flows(yearly, base))
    learnt = training(yearly, base, outcome[0] - base[0], least) if DEFAULT in wanted else None
    chances = learnt.chances if isinstance(learnt, Training) else None
    if chances is None and DEFAULT in wanted and score is not None:
        raise TradeDataError(Text("backtest_untrained"))
    features = _features(wanted, cells, chances)
    came = outcome_of(yearly, base, outcome, cells, least)
    if not came.true.any():
        counts = {"least": least, "outcome": outcome, **_rule(outcome)}
        raise TradeDataError(Text("backtest_nothing", candidates=int(came.known.sum()), **counts))
    about = {
        "base": base, "outcome": outcome, "trained_on": None if chances is None else (chances.base, chances.outcome),
        "candidates": int(came.known.sum()), "came_true": int(came.true.sum()), "least": least,
        **_offset(chances), "unknown": came.unknown_reporters, "codes_left_out": came.codes_left_out.to_dict(),
        "no_gravity": why_no_gravity(cells.flows) if {"gravity", DEFAULT} & {*wanted} else "",
        "draws": draws, "seed": seed, "confidence": confidence,
    }  # fmt: skip
    return _result(features, cells, came, chances, about, yearly)


def _rule(outcome: Window) -> dict[str, int]:
    """In how many of the outcome years a flow must have the amount."""
    years = outcome[1] - outcome[0] + 1
    return {"needed": years_that_count(years), "years": years}


def _offset(chances: Chances | None) -> dict[str, Any]:
    """By how much the intercept is less for the length of the nil spell, or why that could not be counted."""
    if chances is None:
        return {"offset": None, "no_offset": ""}
    return {"offset": chances.spells.offset, "no_offset": str(chances.spells.uncounted or "")}


def _wanted(score: Any) -> dict[str, Score | None]:
    """The scores by name in the order given, or all that are built in; the default, which learns, is None."""
    known: dict[str, Score | None] = {**BUILT_IN, DEFAULT: None}
    if score is None:
        return known
    found: dict[str, Score | None] = {}
    several = isinstance(score, Iterable) and not isinstance(score, (str, bytes))
    for one in score if several else [score]:
        name = one.name if isinstance(one, Score) else one
        if not isinstance(one, Score) and (not isinstance(one, str) or one not in known):
            raise TradeDataError(Text("backtest_score", name=repr(one), known=[*known]))
        if name in found:
            raise TradeDataError(Text("backtest_twice", name=name))
        found[name] = one if isinstance(one, Score) else known[one]
    return found


def _features(wanted: Mapping[str, Score | None], cells: Cells, chances: Chances | None) -> dict[str, Array]:
    """The scores of the cells, each score computed once."""
    formulas = {name: one for name, one in wanted.items() if one is not None}
    found = features_of(cells, formulas)
    if chances is not None:
        more = {name: one for name, one in FEATURES.items() if formulas.get(name) is not one}
        found[DEFAULT] = chances.of_features({**found, **features_of(cells, more)})
    return {name: found[name] for name in wanted if name in found}


def _result(
    features: Mapping[str, Array],
    cells: Cells,
    came: Outcome,
    chances: Chances | None,
    about: dict[str, Any],
    yearly: YearlyFlows,
) -> Backtest:
    """The tables of the scores, on the candidates of which it is known what became of them."""
    flows, known = cells.flows, came.known
    exporters, exporter = np.unique(cells.i[known], return_inverse=True)
    trades = flows.v_ij[cells.i, cells.j] > 0
    tested = measured(
        {name: one[known] for name, one in features.items()},
        came.true[known], came.value[known], exporter, about["draws"], about["seed"],
    )  # fmt: skip
    lists = by_exporter(tested, flows.exporters[exporters])
    leader = DEFAULT if DEFAULT in features else next(iter(features))
    labels = {
        "exporter": flows.exporters[cells.i], "importer": flows.importers[cells.j], "product": flows.products[cells.k]
    }  # fmt: skip
    became = pd.array(np.where(known, came.true, False), dtype="boolean")
    became[~known] = pd.NA
    base, outcome = _span(about["base"]), _span(about["outcome"])
    notes: dict[str, Any] = {
        "convention": Text("backtest_convention", base=base, outcome=outcome, **_rule(about["outcome"])),
        "n": texts.say("backtest_n", "en", candidates=f"{about['candidates']:,}", came_true=f"{about['came_true']:,}"),
    }
    return Backtest(
        annotated(tested.table(lists, about["confidence"]), yearly.attrs, **notes),
        lists,
        by_pair(tested, trades[known]),
        calibration(tested, about["confidence"]) if chances is not None else pd.DataFrame(),
        differences(tested, leader, about["confidence"]),
        annotated(curve(tested), yearly.attrs, **notes),
        pd.DataFrame(labels | dict(features) | {"came_true": became, "value": came.value}),
        chances,
        about,
    )


def _span(window: Window) -> str:
    return f"{window[0]}-{window[1]}" if window[0] < window[1] else str(window[0])


@dataclass(frozen=True, repr=False)
class Backtest(Result):
    """How often scores were right.

    ``table``, ``by_exporter``, ``by_pair``, ``calibration``, ``differences``, ``curve`` and ``candidates`` are tables
    as ``backtest`` describes them; ``chances`` is the fitted logit, where it is among the scores; ``about`` holds the
    windows, the counts and what was left out.
    """

    table: pd.DataFrame
    by_exporter: pd.DataFrame
    by_pair: pd.DataFrame
    calibration: pd.DataFrame
    differences: pd.DataFrame
    curve: pd.DataFrame
    candidates: pd.DataFrame
    chances: Chances | None
    about: dict[str, Any]

    def sentence(self, lang: str = "en") -> str:
        """How many of the first proposals of the default score came true, of the next best score, and of all."""
        rows = self.table.set_index("score")
        leader = DEFAULT if DEFAULT in rows.index else str(rows["average_precision"].idxmax())
        few = self.about["candidates"] < FIRST
        column = "precision_at_20" if few else f"precision_at_{FIRST}"
        others = rows[column].drop(leader)
        values = {
            "score": texts.say(f"score_{leader}", lang) if leader in (*BUILT_IN, DEFAULT) else leader,
            "share": texts.percent(float(rows[column][leader]), lang),
            "all": texts.percent(self.about["came_true"] / self.about["candidates"], lang),
            "base": _span(self.about["base"]).replace("-", "–"),
            "outcome": _span(self.about["outcome"]).replace("-", "–"),
        }
        said = texts.say(
            "backtest_said_lists" if few else "backtest_said", lang, first=texts.number(FIRST, lang), **values
        )
        if not len(others) or others.isna().all():
            return said
        name = str(others.idxmax())
        named = texts.say(f"score_{name}", lang) if name in BUILT_IN else name
        best = texts.percent(float(others.max()), lang)
        return f"{said} {texts.say('backtest_next', lang, score=named, share=best)}"
