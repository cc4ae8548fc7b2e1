"""UN Comtrade: which calls are planned, what is refused as an answer, and that parts make up the whole."""

import pytest
from comtrade_routes import KEY, MadeUp

import tradeanalysis as ta
from tradeanalysis.sources.load import name_columns
from tradeanalysis.sources.options import options_of
from tradeanalysis.sources.raw import Raw
from tradeanalysis.sources.services.calls import Answer, Call, Cut, Query
from tradeanalysis.sources.services.comtrade import COMTRADE
from tradeanalysis.sources.steps import table_of


def query(**given):
    return Query(**{"reporters": ("VNM",), "years": (2023,), "flows": ("export",), **given})


def answered(made_up: MadeUp, call: Call, key: str | None = KEY) -> Answer:
    headers = {} if key is None else {"ocp-apim-subscription-key": key}
    status, content, _ = made_up.respond(call.address, headers)
    assert status == 200, (status, content)
    rows = COMTRADE.check(call, content)
    return Answer(call, content, {"rows": rows, "release": COMTRADE.release(call, content)})


def gathered(made_up: MadeUp, asked: Query) -> list[Answer]:
    """All answers to a query, without the net."""
    waiting = list(COMTRADE.plan(asked, lambda call: answered(made_up, call)))
    found = []
    while waiting:
        call = waiting.pop(0)
        try:
            found.append(answered(made_up, call))
        except Cut:
            waiting[:0] = COMTRADE.divide(call)
    return found


def table_from(asked: Query, answers: list[Answer]):
    cells = COMTRADE.cells(asked, answers)
    raw = Raw(cells, "UN Comtrade", "", [], "record")
    name_columns(raw)
    return table_of(raw, options_of(**COMTRADE.reading(asked)), stacklevel=2)


def values(table, *keys):
    return {tuple(row[:-1]): row[-1] for row in table[[*keys, "value"]].itertuples(index=False)}


def truth(made_up: MadeUp, years, flows=("X",), digits=0, reporter=704, within=""):
    """The values that a table must have, by year, flow, partner and product, from the rule of the made-up service."""
    names = {842: "USA", 156: "CHN", 410: "KOR", 392: "JPN", 276: "DEU", 251: "FRA", 699: "IND", 757: "CHE"}
    names |= {579: "NOR", 380: "ITA", 490: "TWN", 899: "UNS", 704: "VNM", 764: "THA", 36: "AUS", 528: "NLD"}
    found = {}
    for year in years:
        for flow in flows:
            for partner in made_up.partners:
                for code in made_up.codes:
                    x = made_up.value(reporter, year, flow, partner, code)
                    if x and code.startswith(within):
                        key = year, "export" if flow == "X" else "import", names[partner], code[:digits]
                        found[key] = found.get(key, 0.0) + x
    if digits == 0:
        found = {key: x + x // 100 for key, x in found.items()}
    return found


def read(table, digits=0):
    keys = ("year", "flow", "partner", *(("product",) if digits else ()))
    return {(*key, *(() if digits else ("",))): x for key, x in values(table, *keys).items()}


def test_totals_by_partner_need_no_key():
    made_up = MadeUp()
    asked = query(years=(2022, 2023), flows=("export", "import"))
    answers = gathered(made_up, asked)
    assert read(table_from(asked, answers)) == truth(made_up, (2022, 2023), ("X", "M"))
    # One call for what there is, one for each year and flow.
    assert len(made_up.calls) == 5


def test_chapters_without_a_key_come_two_by_two():
    made_up = MadeUp()
    asked = query(level=2)
    answers = gathered(made_up, asked)
    assert len(made_up.calls) == 1 + 49
    with pytest.warns(ta.TradeDataWarning, match="TA-120"):  # a hundredth is secret
        table = table_from(asked, answers)
    assert read(table, 2) == truth(made_up, (2023,), digits=2)
    (note,) = COMTRADE.notes(asked, answers)
    assert note.key == "comtrade_secret"
    assert 0.009 < note.values["share"] < 0.0101
