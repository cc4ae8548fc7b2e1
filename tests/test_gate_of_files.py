"""Files through the gate: what cannot be right is refused, what is mended or left out is told, nothing goes unsaid."""

import warnings

import numpy as np
import pandas as pd
import pytest
from conftest import sample, sampled
from injectors import INJECTORS, clean, more, summed

import tradeanalysis as ta

HEAD = "reporter,partner,flow,product,year,value\n"


@pytest.fixture
def read(tmp_path):
    """Write a table or a text, read it, and give the table with all that was told of it."""

    def done(content, **options):
        path = tmp_path / "table.csv"
        text = content if isinstance(content, str) else content.to_csv(index=False)
        path.write_text(text, "utf-8")
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", ta.TradeDataWarning)
            table = ta.read(path, **options)
        issues = ta.certificate(table)["issues"]
        told = "\n".join(str(one.message) for one in caught)
        for issue in issues:
            assert (issue["severity"] == "warning") == (issue["id"] in told), "a warning is a warning, a note is none"
        return table, {issue["id"] for issue in issues}

    return done


def index(table):
    return ta.measure(table, ta.hhi, by=["reporter", "year"]).set_index("year")["hhi"]


# ---- every fault, put into a file -------------------------------------------------------------------------------


@sampled("one", [one for one in INJECTORS if one.over == "partner"], every=2, ids=lambda one: one.name)
def test_a_fault_is_refused_or_told(one, read):
    """Either the file is refused by the fault's rule, or the rule is told; a harmless one changes no answer."""
    bad = one.into(clean())
    refused = ""
    try:
        table, told = read(bad)
    except ta.TradeDataError as error:
        refused = str(error)
    if refused:
        assert refused.startswith("TA-")
        assert one.read in refused
        return
    assert one.severity != "error" or one.harmless, f"{one.rule} went through"
    assert one.read in told
    if one.harmless:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ta.TradeDataWarning)
            answer = index(table[table["reporter"] == "VNM"])
        assert answer.to_numpy() == pytest.approx(index(clean()).to_numpy(), rel=1e-12)


def test_a_world_row_in_any_table_is_refused_or_changes_nothing(read):
    """For any table: add the row of its sums, and the answer is the same or an error."""
    for seed in sample(range(8)):
        table = clean().sample(frac=0.5, random_state=seed).reset_index(drop=True)
        for word in ("World", "Tổng cộng", "All countries", "0", "W00", "Thế giới"):
            with pytest.raises(ta.AggregateRowError, match="TA-104"):
                read(more(table, summed(table, "partner", word)))
            through, _ = read(more(table, summed(table, "partner", word)), drop_aggregates=True)
            assert index(through).to_dict() == pytest.approx(index(table).to_dict(), rel=1e-12)


# ---- what is left out on request --------------------------------------------------------------------------------


@pytest.mark.parametrize(("value", "id", "option"), [("-5", "TA-101", "negative"), ("", "TA-102", "missing")])
def test_faulty_values_are_left_out_when_asked(read, value, id, option):
    text = f"partner,value\nUSA,10.5\nCHN,{value}\nJPN,5\n"
    with pytest.raises(ta.TradeDataError, match=rf'{id}.*line 3.*{option}="drop"'):
        read(text)
    table, _ = read(text, **{option: "drop"})
    assert table["value"].tolist() == [10.5, 5.0]
    left = {"rows": 1, "value": -5.0 if option == "negative" else 0.0, "reason": f"{option} values"}
    assert ta.certificate(table)["dropped"] == [left | {"kind": f"out_{option}"}]
    with pytest.raises(ta.TradeDataError, match=rf"{option}=.zero."):
        read(text, **{option: "zero"})


def test_own_trade_is_left_out_with_a_warning_and_kept_when_asked(read):
    text = HEAD + "CHN,CHN,M,01,2020,5\nCHN,USA,M,01,2020,20\n"
    table, told = read(text)
    assert table["partner"].tolist() == ["USA"]
    assert "TA-118" in told
    assert ta.certificate(table)["dropped"][0]["value"] == 5.0
    table, told = read(text, own_trade=True)
    assert table["value"].tolist() == [5.0, 20.0]
    assert "TA-118" in told


# ---- partners and the World -------------------------------------------------------------------------------------


def test_partners_are_held_against_the_world_row(read):
    def text(world):
        return f"partner,value\nUSA,60.5\nCHN,30\nWorld,{world}\n"

    assert read(text(90.5), drop_aggregates=True)[1] == set()
    assert read(text(90.7), drop_aggregates=True)[1] == set()
    assert read(text(92), drop_aggregates=True)[1] == {"TA-114"}
    with pytest.raises(ta.TradeDataError, match=r"TA-114.*by -9\.5%.*remainder=True"):
        read(text(100), drop_aggregates=True)
    assert read(text(100), drop_aggregates=True, limit=0.1)[1] == {"TA-114"}
    assert read(text(92), drop_aggregates=True, tolerance=0.02)[1] == set()
    with pytest.raises(ta.TradeDataError, match="may be in thousands"):
        read(text(90500), drop_aggregates=True)


def test_what_the_largest_leave_is_allocated_to_nobody(read):
    text = HEAD + "".join(
        f"VNM,{partner},X,{product},2020,{value}\n"
        for product, values in (("01", (60, 30, 100)), ("02", (5, 5, 10)))
        for partner, value in zip(("USA", "CHN", "World"), values, strict=True)
    )
    table, told = read(text, drop_aggregates=True, remainder=True)
    assert table[table["partner"] == "OTH"][["product", "value"]].values.tolist() == [["01", 10.0]]
    assert "TA-119" in told
    with pytest.warns(ta.TradeDataWarning, match="TA-119"):
        answer = ta.measure(table, ta.top_share(1))
    assert answer["unallocated"].tolist() == pytest.approx([10 / 110])
    assert answer["top_share_1"].tolist() == pytest.approx([65 / 100])
    with pytest.raises(ta.TradeDataError, match=r"TA-114.*more than their World row"):
        read(text.replace("2020,100", "2020,80"), drop_aggregates=True, remainder=True)


def test_a_world_row_is_held_against_products_that_are_kept(read):
    chapters = clean().assign(product=clean()["product"].str[:2])
    chapters = chapters.groupby([c for c in chapters if c != "value"], as_index=False)["value"].sum()
    both = more(more(clean(), chapters), summed(more(clean(), chapters), "partner", "World"))
    table, told = read(both, drop_aggregates=True, level=6)
    assert told == set()
    assert index(table).to_dict() == pytest.approx(index(clean()).to_dict(), rel=1e-12)


# ---- codes and names --------------------------------------------------------------------------------------------

COMTRADE = "refYear,reporterCode,flowCode,partnerCode,partnerISO,partnerDesc,cmdCode,primaryValue\n"


def test_a_code_beside_another_countrys_name_is_refused(read):
    right = "2020,704,X,842,USA,USA,TOTAL,5.5\n2020,704,X,124,CAN,Canada,TOTAL,7\n"
    right += '2020,704,X,490,S19,"Other Asia, nes",TOTAL,1\n'
    assert read(COMTRADE + right)[0]["partner"].tolist() == ["USA", "CAN", "TWN"]
    for wrong in (right.replace("842,USA,USA", "842,USA,Canada"), right.replace("124,CAN,", "842,CAN,")):
        with pytest.raises(ta.TradeDataError, match=r"TA-121.*line [23]"):
            read(COMTRADE + wrong)


def test_hidden_characters_in_a_name_are_taken_off_and_told(read):
    table, told = read("partner,value\nViệt\u200b Nam,10.5\nU\u202eSA,5\n")
    assert table["partner"].tolist() == ["VNM", "USA"]
    assert told == {"TA-132"}


def test_two_labels_of_one_country_are_added_and_told(read):
    table, told = read("partner,value\n840,10.5\n842,5\nCHN,3\n")
    assert dict(zip(table["partner"], table["value"], strict=True)) == {"USA": 15.5, "CHN": 3.0}
    assert told == {"TA-133"}


# ---- the certificate --------------------------------------------------------------------------------------------


def test_rows_and_value_are_accounted_for(read):
    """What came in is what is there and what was left out, to the last row and cent."""
    bad = more(clean(), summed(clean(), "partner", "World"))
    bad = more(bad, clean().iloc[:3].assign(partner="VNM"))
    bad = more(bad, clean().iloc[[0]].assign(product="0101"))
    table, _ = read(bad, drop_aggregates=True, level=6)
    known = ta.certificate(table)
    assert known["rows_read"] == len(bad) == known["rows"] + sum(one["rows"] for one in known["dropped"])
    left_out = sum(one["value"] for one in known["dropped"])
    assert bad["value"].sum() == pytest.approx(known["value"] + left_out, rel=1e-12)
    assert all(one["reason"] for one in known["dropped"])


def test_the_certificate_says_what_the_table_covers(read):
    table, _ = read(more(clean(), summed(clean(), "partner", "World")), drop_aggregates=True, year=[2020, 2021])
    known = ta.certificate(table)
    assert known["asked_for"] == {"year": [2020, 2021], "drop_aggregates": True}
    assert known["coverage"] == {
        **{"reporters": 1, "partners": 8, "products": 4},
        **{"flows": ["export"], "years": [2020, 2021]},
    }
    assert known["level"] == 6
    assert "own trade is left out" in known["conventions"]


def test_the_certificate_travels_with_the_answers(read, tmp_path):
    table, _ = read(clean())
    for answer in (
        ta.measure(table, ta.hhi, by="year"),
        ta.partners(table, year=2020),
        ta.basket(table, year=2020),
    ):
        assert ta.certificate(answer)["source"] == "table.csv"
    ta.write_excel(ta.measure(table, ta.hhi, by="year"), tmp_path / "answer.xlsx")
    sheet = pd.read_excel(tmp_path / "answer.xlsx", sheet_name="certificate", engine="openpyxl")
    assert "table.csv" in sheet["value"].tolist()


def test_random_faults_together_are_all_told(read):
    """Several faults at once: each that is refused is told in the one error."""
    random = np.random.default_rng(0)
    refused = [
        one for one in INJECTORS if one.name in ("negative", "missing", "no_partner", "ambiguous_name", "world_row")
    ]
    for _ in range(10):
        chosen = random.choice(len(refused), 3, replace=False)
        table = clean()
        for i in chosen:
            table = refused[i].into(table.sample(frac=1, random_state=int(i)).reset_index(drop=True))
        with pytest.raises(ta.TradeDataError) as caught:
            read(table)
        for i in chosen:
            assert refused[i].rule in str(caught.value), refused[i].name
