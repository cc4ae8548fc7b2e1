"""The audit: every fault put into a clean table is reported, on every engine, and a clean table passes."""

import pandas as pd
import pytest
from conftest import sampled
from injectors import INJECTORS, clean, more, put, summed

import tradeanalysis as ta
from tradeanalysis.gate.catalogue import RULES

# Rules on files, which a table no longer shows.
OF_FILES = {
    "TA-110",
    "TA-127",
    "TA-128",
    "TA-129",
    "TA-130",
    "TA-131",
    "TA-135",
    "TA-139",
    "TA-141",
    "TA-143",
    "TA-144",
}


def found(table, **options):
    return {(one.id, one.severity) for one in ta.audit(table, **options).findings}


def test_a_clean_table_is_left_in_peace(engine):
    audit = ta.audit(engine.table(clean()))
    assert audit.findings == ()
    assert audit.issues.empty
    assert audit.rows == 128
    assert audit.value == pytest.approx(clean()["value"].sum(), rel=1e-12)
    assert "nothing found" in str(audit)
    audit.raise_if_bad()


@pytest.mark.parametrize("one", INJECTORS, ids=lambda one: one.name)
def test_every_fault_is_told_by_its_rule(one):
    audit = ta.audit(one.into(clean()), over=one.over)
    found = {(finding.id, finding.severity) for finding in audit.findings}
    assert (one.rule, one.severity) in found
    if one.severity == "error":
        with pytest.raises(ta.TradeDataError, match=one.rule):
            audit.raise_if_bad()
    page, html = str(audit), audit._repr_html_()
    assert one.rule in page
    assert one.rule in html


@sampled("one", INJECTORS, ids=lambda one: one.name)
@pytest.mark.parametrize("name", ["polars-lazy", "duckdb"])
def test_engines_tell_what_memory_tells(one, name):
    from conftest import Engine

    bad = one.into(clean())
    bad = bad.assign(**{c: bad[c].map(lambda v: None if pd.isna(v) else str(v)) for c in bad if bad[c].dtype == object})
    here, there = ta.audit(bad, over=one.over), ta.audit(Engine(name).table(bad), over=one.over)
    for ours, theirs in zip(here.findings, there.findings, strict=True):
        assert (ours.id, ours.severity, ours.count, ours.fix) == (
            theirs.id,
            theirs.severity,
            theirs.count,
            theirs.fix,
        )
        assert (ours.share is None) == (theirs.share is None) or ours.id in ("TA-101",)
        if ours.share and theirs.share:
            assert ours.share == pytest.approx(theirs.share, rel=1e-9)


def test_every_engine_tells_a_bundle_of_faults(engine):
    table = more(clean(), summed(clean(), "partner", "World"))
    table = put(put(table, 0, partner="Korea"), 1, value=-1.0)
    table = more(table, table.iloc[[7]])
    assert {id for id, _ in found(engine.table(table))} == {"TA-101", "TA-104", "TA-106", "TA-107", "TA-114"}


def test_every_rule_on_tables_has_an_injector():
    assert {one.rule for one in INJECTORS} | {"TA-124"} == set(RULES) - OF_FILES


def test_values_of_seven_digits_are_told():
    assert found(clean().astype({"value": "float32"})) == {("TA-124", "warning")}


def test_a_finding_names_rows_share_and_mend():
    table = pd.DataFrame({"partner": ["USA", "World", "CHN", "ASEAN"], "value": [20.0, 50.0, 20.0, 10.0]})
    one = next(one for one in ta.audit(table).findings if one.id == "TA-104")
    assert one.rows == (1, 3)
    assert one.count == 2
    assert one.share == pytest.approx(0.6)
    assert "rows 1, 3" in one.what
    assert [(fix.argument, fix.value) for fix in one.fixes] == [("drop_aggregates", True)]


def test_what_is_minus_infinite_has_no_share():
    findings = ta.audit(put(put(clean(), 0, value=-float("inf")), 1, value=-50.0)).findings
    shares = {one.id: one.share for one in findings if one.id in ("TA-101", "TA-103")}
    assert shares["TA-103"] is None
    assert 0 < shares["TA-101"] < 1e-6


def test_issues_are_a_table_the_gravest_first():
    table = put(put(clean(), 0, partner="VNM"), 1, value=-1.0)
    issues = ta.audit(table).issues
    assert issues["id"].tolist() == ["TA-101", "TA-118"]
    assert issues["severity"].tolist() == ["error", "warning"]
    assert issues["rows"].tolist() == [1, 1]
    assert list(issues) == ["id", "severity", "catches", "what", "rows", "share", "fix"]


def test_the_page_is_escaped_in_html():
    table = put(clean(), 0, partner="<script>alert(1)</script>")
    html = ta.audit(table)._repr_html_()
    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_limits_of_the_gap_to_the_world_are_set():
    table = more(clean(), summed(clean(), "partner", "World").assign(value=lambda rows: rows["value"] * 1.01))
    assert ("TA-114", "warning") in found(table)
    assert ("TA-114", "error") in found(table, limit=0.009)
    assert "TA-114" not in {id for id, _ in found(table, tolerance=0.02)}
    with pytest.raises(ta.TradeDataError, match="tolerance"):
        ta.audit(table, tolerance=0.2, limit=0.1)


def test_columns_of_other_names_are_named(engine):
    table = clean().rename(columns={"partner": "importer", "value": "value_usd", "year": "partner"})
    columns = {"partner": "importer", "value": "value_usd", "year": "partner"}
    assert ta.audit(engine.table(table), columns=columns).findings == ()
    with pytest.raises(ta.SchemaError, match="importeur"):
        ta.audit(engine.table(table), columns={"partner": "importeur"})


def test_markets_of_ones_own_may_be_kept():
    table = put(clean(), 0, partner="Long An")
    assert found(table) == {("TA-106", "error")}
    assert found(table, unknown="keep") == set()
    with pytest.raises(ta.TradeDataError, match="unknown="):
        ta.audit(table, unknown="leave")


def test_a_column_that_tells_rows_apart_is_named_in_by():
    table = more(clean().assign(province="Long An"), clean().assign(province="Đắk Lắk"))
    issues = ta.audit(table).issues
    assert issues["id"].tolist() == ["TA-107"]
    assert "'province'" in issues["fix"].iloc[0]
    assert found(table, by="province") == set()


def test_blocs_may_be_an_axis_where_they_share_nobody():
    markets = {"USA": "USMCA", "DEU": "EU", "THA": "ASEAN"}
    table = clean().assign(market=lambda rows: rows["partner"].map(markets).fillna(rows["partner"]))
    assert found(table, over="market") == set()
    assert ("TA-104", "error") in found(put(table, 0, market="World"), over="market")
    assert ("TA-113", "error") in found(put(table, 0, market="CAN"), over="market")


def test_sources_that_are_not_opposed_are_told():
    table = clean().assign(source=lambda rows: rows["partner"].map({"USA": "customs"}).fillna("bulletin"))
    assert found(table) == {("TA-137", "warning")}


def test_an_empty_table_and_one_without_other_columns():
    assert found(clean().iloc[:0]) == {("TA-122", "warning")}
    assert found(pd.DataFrame({"partner": ["USA", "CHN"], "value": [1.5, 2.0]})) == set()
    with pytest.raises(ta.SchemaError, match="partner"):
        ta.audit(pd.DataFrame({"value": [1.0]}))


def test_the_table_and_its_index_stay_as_they_are():
    table = clean().set_index(pd.Index([7] * 128)).astype({"partner": "category"})
    before = table.copy()
    assert ta.audit(table).findings == ()
    pd.testing.assert_frame_equal(table, before)


def test_rules_are_a_table():
    rules = ta.rules()
    assert list(rules) == ["id", "severity", "catches", "example", "fixes"]
    assert rules["id"].tolist() == sorted(RULES)
    assert set(rules["severity"]) == {"error", "warning", "info"}
    assert rules["example"].str.len().min() > 2


def test_rules_are_told_in_vietnamese():
    rules = ta.rules("vi")
    assert rules["id"].tolist() == sorted(RULES)
    assert rules["catches"].is_unique
    assert not set(rules["catches"]) & set(ta.rules()["catches"])
    with pytest.raises(ta.TradeDataError, match=r'lang="fr"'):
        ta.rules("fr")


def test_tables_of_another_shape_are_refused_with_a_way_out():
    wide = clean().pivot_table(index="partner", columns="year", values="value").reset_index()
    with pytest.raises(ta.SchemaError, match=r"TA-110.*Years stand side by side.*melt"):
        ta.audit(wide)
    twice = pd.DataFrame([["USA", 1.0, 2.0]], columns=["partner", "value", "value"])
    with pytest.raises(ta.SchemaError, match=r"TA-110.*one name.*'value'"):
        ta.audit(twice)
    with pytest.raises(ta.SchemaError, match=r"TA-110.*holds String, not numbers|TA-110.*not numbers"):
        ta.audit(clean().astype({"value": str}))
