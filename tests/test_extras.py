"""What an extra is needed for says so before work begins, in one line, and setup.cfg installs it by that name."""

import ast
import configparser
import functools
import importlib.util
import re
import sys
from pathlib import Path

import duckdb
import pandas as pd
import polars as pl
import pytest

import tradeanalysis as ta
from tradeanalysis.cli import main
from tradeanalysis.cli.page_command import check_page
from tradeanalysis.extras import EXTRAS, need
from tradeanalysis.page import shell

ROOT = Path(__file__).parents[1]
PACKAGE = Path(ta.__file__).parent
# The import of a distribution where it has another name.
IMPORTS = {
    "python-docx": "docx",
    "python-calamine": "python_calamine",
    "python-multipart": "python_multipart",
    "lazy_loader": "lazy_loader",
}
# Extras for those who work on the library or in notebooks: no module of the package imports what they install.
TOOLS = {"all", "dev", "notebooks"}
# Taken where somebody has installed it, and not missed where not: no extra has it.
WHERE_INSTALLED = {"keyring", "truststore"}
# What comes with a library of the table, which cannot be without it: with jinja2.
WITH_ANOTHER = {"markupsafe"}
# Methods of pandas that import an optional library.
OF_PANDAS = {"read_parquet": "pyarrow", "read_feather": "pyarrow", "to_parquet": "pyarrow", "read_excel": "openpyxl"}


class Untouched:
    """A table that fails when work on it begins."""

    def __getattribute__(self, name):
        raise AssertionError(f"work has begun: {name}")


ROWS = {"reporter": ["VNM", "VNM"], "partner": ["USA", "CHN"], "value": [3.0, 1.0]}


def file(folder, name, content=b"PAR1"):
    path = folder / name
    path.write_bytes(content)
    return path


def workbook(folder):
    path = folder / "a.xlsx"
    pd.DataFrame(ROWS).to_excel(path, index=False)
    return path


def parquet_folder(folder):
    pd.DataFrame(ROWS).to_parquet(folder / "a.parquet")
    return folder


def plan():
    return ta.plan({"USA": 60.0, "CHN": 30.0, "JPN": 10.0}, growth=0.2, cap=0.5)


# Every module that imports a library of an extra, and the public functions that come to it.
CALLS = {
    "brief/html_page.py": [("report", lambda at: ta.write_brief(Untouched(), "VNM", format="html", out=at))],
    "brief/word.py": [("report", lambda at: ta.write_brief(Untouched(), "VNM", format="docx", out=at))],
    "dependency/gravity_model.py": [
        ("models", lambda at: ta.dependency.gravity(Untouched())),
        ("models", lambda at: ta.excess(pd.DataFrame(ROWS), "gravity", reporter="VNM")),
        ("models", lambda at: ta.dependency.excesses(Untouched(), "gravity")),
    ],
    "gate/frames.py": [
        ("engine", lambda at: ta.measure(pl.DataFrame(ROWS), ta.hhi, by="reporter")),
        ("engine", lambda at: ta.measure(pl.LazyFrame(ROWS), ta.hhi, by="reporter")),
        ("engine", lambda at: ta.measure(duckdb.from_df(pd.DataFrame(ROWS)), ta.hhi, by="reporter")),
    ],
    "monitoring/seasonal_adjustment.py": [("monthly", lambda at: ta.seasonal(Untouched()))],
    "output/parquet_folder.py": [
        ("engine", lambda at: ta.tables.measure_to_folder(Untouched(), ta.hhi, by="year", out=at / "out")),
    ],
    "output/excel_sheets.py": [
        ("excel", lambda at: ta.write_excel(Untouched(), at / "a.xlsx")),
        ("excel", lambda at: ta.write_brief(Untouched(), "VNM", format="xlsx", out=at)),
        ("excel", lambda at: ta.write_plan(Untouched(), "VNM", out=at)),
        ("excel", lambda at: plan().to_excel(at / "plan.xlsx")),
    ],
    "page/server.py": [("page", lambda at: check_page())],
    "page/templates.py": [("report", lambda at: shell("vi"))],
    "output/writers.py": [
        ("engine", lambda at: ta.write_csv(pl.DataFrame(ROWS), at / "a.csv")),
    ],
    "sources/baci/one_year.py": [("engine", lambda at: ta.ingest(at / "none.zip", at / "out"))],
    "sources/baci/release.py": [("engine", lambda at: ta.ingest(at / "none.zip", at / "out"))],
    "sources/formats/dataframes.py": [
        ("engine", lambda at: ta.read(file(at, "a.feather", b"ARROW1"))),
        ("engine", lambda at: ta.read(file(at, "a.parquet"))),
    ],
    "sources/formats/workbook_parts.py": [("excel", lambda at: ta.read(workbook(at)))],
    "sources/formats/workbook_grids.py": [("excel", lambda at: ta.read(workbook(at)))],
    "sources/lazy/scans.py": [
        ("engine", lambda at: ta.read(parquet_folder(at))),
        ("engine", lambda at: ta.read(parquet_folder(at), engine="polars")),
    ],
    "sources/load.py": [
        ("engine", lambda at: ta.read(file(at, "a.parquet"))),
        ("engine", lambda at: ta.read(pl.DataFrame(ROWS))),
    ],
    "sources/services/exchanges.py": [("download", lambda at: ta.fetch("comtrade", "VNM", year=2023))],
    "sources/services/stored.py": [("download", lambda at: ta.cache_info())],
    "sources/services/watched.py": [("download", lambda at: ta.fetch("comtrade", "VNM", year=2023, dry_run=True))],
}
COMMANDS = {
    "report,excel": ["brief", "VNM"],
    "report": ["brief", "no_such_file.csv", "--format", "html,docx"],
    "excel": ["plan", "no_such_file.csv"],
    "excel ": ["measure", "no_such_file.csv", "--out", "a.xlsx"],
    "engine": ["measure", "no_such_file.csv", "--by", "year", "--out", "folder"],
    "engine ": ["ingest", "no_such_file.zip", "folder"],
    "download": ["fetch", "comtrade", "VNM", "--year", "2023"],
    "page": ["page", "--no-open"],
}


def stated():
    found = configparser.ConfigParser()
    found.read(ROOT / "setup.cfg", encoding="utf-8")
    return found


def imports_of(requirements):
    names = [re.match(r"[\w.-]+", one)[0] for one in requirements.split() if not one.startswith("tradeanalysis[")]
    return {IMPORTS.get(name, name) for name in names}


def libraries(node):
    """The libraries that a statement or a call imports, by the first part of the name."""
    if isinstance(node, ast.Import):
        return {alias.name.split(".")[0] for alias in node.names}
    if isinstance(node, ast.ImportFrom):
        return {(node.module or "").split(".")[0]}
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "pd":
        return {OF_PANDAS[node.attr]} if node.attr in OF_PANDAS else set()
    return set()


@functools.cache
def modules():
    """Every module and the libraries that it imports, anywhere and at its top, but for types alone."""
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.If) and getattr(node.test, "id", "") == "TYPE_CHECKING":
                node.body = [ast.Pass()]
        name = path.relative_to(PACKAGE).as_posix()
        found.append((name, *(set().union(*map(libraries, nodes)) for nodes in (ast.walk(tree), tree.body))))
    return found


def missing(monkeypatch, libraries):
    found = importlib.util.find_spec
    monkeypatch.setattr("importlib.util.find_spec", lambda name, *at: None if name in libraries else found(name, *at))


def test_each_library_that_is_imported_is_needed_by_all_or_stands_in_the_table():
    core = imports_of(stated()["options"]["install_requires"])
    for name, found, _ in modules():
        others = found - set(sys.stdlib_module_names) - core - {"tradeanalysis", ""}
        assert others <= set(EXTRAS) | WHERE_INSTALLED | WITH_ANOTHER, name


def test_the_table_and_setup_cfg_name_the_same_extras():
    extras = {extra: imports_of(lines) for extra, lines in stated()["options.extras_require"].items()}
    assert all(library in extras[extra] for library, extra in EXTRAS.items())
    for extra in set(extras) - TOOLS:
        assert extras[extra] <= set(EXTRAS), extra
        assert f"[{extra}" in (every := stated()["options.extras_require"]["all"]) or f",{extra}" in every, extra


def test_every_module_that_imports_such_a_library_is_tried_below():
    assert {name for name, found, _ in modules() if found & set(EXTRAS)} <= set(CALLS)


def test_such_a_library_is_imported_where_it_is_used():
    """But by what carries calls to services, which is imported itself where it is used (``test_fetch.py``)."""
    at_top = {name for name, _, found in modules() if found & set(EXTRAS)}
    assert at_top == {"page/server.py", "sources/services/exchanges.py", "sources/services/watched.py"}


@pytest.mark.parametrize(
    ("extra", "call"), [pytest.param(*one, id=f"{name}-{i}") for name in CALLS for i, one in enumerate(CALLS[name])]
)
def test_a_function_names_the_extra_before_it_begins(extra, call, tmp_path, monkeypatch):
    at = tmp_path
    monkeypatch.delenv("TRADEANALYSIS_CACHE", raising=False)
    missing(monkeypatch, {library for library, one in EXTRAS.items() if one == extra} - {"polars", "duckdb"})
    with pytest.raises(ta.TradeDataError, match=rf'^.*pip install "tradeanalysis\[{extra}\]".*$') as error:
        call(at)
    assert "\n" not in str(error.value)
    in_vietnamese = error.value.args[0].say("vi")
    assert f'pip install "tradeanalysis[{extra}]"' in in_vietnamese
    assert "gói" in in_vietnamese


@pytest.mark.parametrize(("extras", "words"), [(extras.strip(), words) for extras, words in COMMANDS.items()])
def test_a_command_names_all_its_extras_before_it_reads(extras, words, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    missing(monkeypatch, set(EXTRAS) - {"polars", "duckdb"})
    assert main(words) == 2
    said = capsys.readouterr()
    assert said.out == ""
    (line,) = said.err.splitlines()
    assert line.startswith("tradeanalysis: ")
    assert f'pip install "tradeanalysis[{extras}]"' in line
    assert list(tmp_path.iterdir()) == []


def test_a_library_that_is_there_is_no_matter():
    need("anything", "pandas")
    with pytest.raises(KeyError):  # one that no extra installs
        need("anything", "no_such_library")


@pytest.mark.parametrize("version", ["1.5.6", "1.4.5"])
def test_a_duckdb_below_the_stated_version_is_refused(version, monkeypatch):
    """It takes the column `a key` for `a "key"`, and keeps a view in the database; the way out names the extra."""
    assert "duckdb>=2" in stated()["options.extras_require"]["engine"].split()
    relation = duckdb.from_arrow(pl.DataFrame(ROWS).to_arrow())
    monkeypatch.setattr(duckdb, "__version__", version)
    with pytest.raises(ta.TradeDataError, match=rf'^DuckDB {version} .*: pip install "tradeanalysis\[engine\]"$'):
        ta.measure(relation, ta.hhi, by="reporter")
