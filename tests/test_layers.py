"""The law of the house, read from the code: who may import whom, and what may not be imported at all."""

import ast
import functools
import os
import subprocess
import sys
from pathlib import Path

import pytest

import tradeanalysis as ta

PACKAGE = Path(ta.__file__).parent
ROOT = {"schema"}
OURS = {"schema", "parameters", "texts"}
# A room, and the rooms that it may enter. A package is one room.
LAW = {
    "schema": set(),
    "parameters": ROOT | {"texts"},
    "currencies": ROOT,
    "output": OURS | {"results", "extras"},
    "results": {"currencies"},
    "extras": ROOT | {"texts"},
    "names": ROOT,
    "gate": {"schema", "names", "output", "texts", "extras"},
    "sums": OURS | {"names", "gate"},
    "sources": OURS | {"currencies", "results", "extras", "names", "gate", "output"},
    "measures": OURS | {"gate", "sums"},
    "tables": OURS | {"currencies", "results", "extras", "names", "gate", "sums", "measures", "output"},
    "dependency": OURS | {"results", "extras", "names", "gate", "sums", "measures", "tables", "sources"},
    "changes": OURS | {"results", "names", "gate", "sums", "measures", "tables", "uncertainty"},
    "uncertainty": OURS | {"results", "names", "gate", "sums", "measures", "tables"},
    "stress": OURS | {"results", "names", "gate", "sums", "measures", "tables", "sources"},
    "prospects": OURS
    | {"results", "extras", "names", "gate", "sums", "measures", "tables", "dependency"}
    | {"sources", "currencies"},
    "monitoring": OURS | {"results", "extras", "names", "gate", "sums", "measures", "tables", "currencies"},
    "tariffs": OURS | {"results", "currencies", "names", "gate", "sums", "tables", "sources"},
    "chains": OURS | {"results", "names", "gate", "sums", "measures", "tables", "sources", "uncertainty"},
    "planner": OURS
    | {"results", "names", "gate", "sums", "measures", "tables", "output", "currencies"}
    | {"prospects"},
    "texts": {"schema", "currencies", "names"},
    "figures": OURS | {"names", "output"},
    "brief": OURS
    | {"names", "gate", "output", "sums", "measures", "dependency", "figures"}
    | {"tables", "changes", "uncertainty", "stress", "planner", "currencies", "sources", "extras", "prospects"}
    | {"monitoring", "tariffs", "chains", "results"},
    "page": OURS
    | {"__init__", "currencies", "names", "gate", "output", "sources", "measures", "tables", "extras"}
    | {"stress", "planner", "prospects", "figures", "brief", "monitoring", "tariffs"},
    "__init__": set(),  # its stub names the chapters
    "cli": {"__init__", "texts", "extras", "page", "prospects"},
    "__main__": {"cli"},
}
NARWHALS = {"gate", "sources", "sums", "measures", "tables", "dependency", "changes", "uncertainty"}
NARWHALS |= {"stress", "planner", "prospects", "brief", "monitoring", "tariffs", "chains"}
FORMATS = {"csv", "zipfile", "openpyxl", "python_calamine", "pyarrow", "requests", "urllib", "http", "socket", "json"}
FORMATS |= {
    "gzip",
    "bz2",
    "lzma",
    "tarfile",
    "xml",
    "defusedxml",
    "sqlite3",
    "pooch",
    "httpx",
    "urllib3",
    "ssl",
    "ftplib",
}
FORMATS |= {"docx", "fsspec", "polars", "duckdb", "pyspark", "xlrd", "xlsxwriter", "fastparquet", "platformdirs"}
READERS = {"sources", "names", "currencies"}  # names and currencies read their own small tables
WRITERS = {"output": {"openpyxl", "json", "pyarrow", "zipfile"}, "brief": {"docx"}}
WRITERS["page"] = {"json", "socket", "urllib", "gzip", "zipfile"}
WRITERS["cli"] = {"socket"}  # of the page, on which it listens on loopback


@functools.cache
def modules():
    paths = sorted(PACKAGE.rglob("*.py"))
    rooms = [path.relative_to(PACKAGE).parts[0].removesuffix(".py") for path in paths]
    return [(room, path, ast.parse(path.read_text("utf-8"))) for room, path in zip(rooms, paths, strict=True)]


@functools.cache
def calls():
    """Every call in the code."""
    return [(path, node) for _, path, tree in modules() for node in ast.walk(tree) if isinstance(node, ast.Call)]


def imported(tree):
    """Every module that the code names in an import, wherever it stands."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            if node.module == "tradeanalysis":
                yield from (f"tradeanalysis.{alias.name}" for alias in node.names)
            else:
                yield node.module


def test_every_module_has_its_place():
    assert {room for room, _, _ in modules()} == set(LAW)


def test_imports_go_one_way_only():
    for room, path, tree in modules():
        rooms = {name.split(".")[1] for name in imported(tree) if name.startswith("tradeanalysis.")}
        rooms |= {"__init__" for name in imported(tree) if name == "tradeanalysis"}
        assert rooms - {room} <= LAW[room], path


def test_the_law_has_no_circle():
    settled = set()
    while len(settled) < len(LAW):
        free = {room for room, below in LAW.items() if room not in settled and below <= settled}
        assert free, set(LAW) - settled
        settled |= free


def test_scipy_is_imported_where_it_is_used():
    """It takes long to import, and the page in a browser begins without it."""
    for _, path, tree in modules():
        at_the_top = ast.Module([one for one in tree.body if isinstance(one, (ast.Import, ast.ImportFrom))], [])
        assert "scipy" not in {name.split(".")[0] for name in imported(at_the_top)}, path


def test_only_sources_know_formats_and_the_network():
    for room, path, tree in modules():
        known = {name.split(".")[0] for name in imported(tree)} & FORMATS
        assert not known - WRITERS.get(room, set()) or room in READERS, (path, known)


def test_only_sources_open_files_of_data():
    for room, path, tree in modules():
        called = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        opened = {
            name for name in called if name.startswith(("read_", "scan_")) and name not in ("read_text", "read_bytes")
        }
        opened |= called & {"to_excel", "to_parquet", "to_pickle", "to_feather", "to_hdf", "to_sql", "urlopen"}
        # A plan's own to_excel writes through output.
        opened -= {"to_excel"} if path == PACKAGE / "brief" / "targets.py" else set()
        assert not opened or room in READERS, (path, opened)


def test_only_what_needs_an_engine_speaks_narwhals():
    for room, path, tree in modules():
        assert room in NARWHALS or "narwhals" not in {name.split(".")[0] for name in imported(tree)}, path
        # Among the measures, only what is asked of a table knows of engines: an index is a formula.
        if room == "measures" and path.stem in ("concentration", "diversity", "inequality"):
            assert "narwhals" not in {name.split(".")[0] for name in imported(tree)}, path


def test_rooms_are_entered_by_their_full_names():
    """A relative import, or one by a text, would pass the law unseen."""
    for _, path, tree in modules():
        assert not [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.level], path
        for node in ast.walk(tree):
            named = getattr(node, "attr", None) or getattr(node, "id", None)
            assert named not in ("import_module", "__import__") or path == PACKAGE / "__init__.py", path


def test_matplotlib_is_imported_late_and_by_figures_only():
    for room, path, tree in modules():
        drawing = [name for name in imported(tree) if name.startswith("matplotlib")]
        assert not drawing or room in ("figures", "brief"), path
        top = [node for node in tree.body if isinstance(node, (ast.Import, ast.ImportFrom))]
        assert not [name for node in top for name in imported(ast.Module([node], [])) if "matplotlib" in name], path


def test_only_the_server_of_the_page_knows_a_server():
    """And only the command enters the page: its law is that of the rooms above."""
    served = {"starlette", "uvicorn", "multipart", "python_multipart"}
    for room, path, tree in modules():
        found = served & {name.split(".")[0] for name in imported(tree)}
        assert not found or path == PACKAGE / "page" / "server.py", path
        if room not in ("page", "cli"):
            assert not [name for name in imported(tree) if name.startswith("tradeanalysis.page")], path


def public():
    """Every chapter with its public names."""
    yield from ((chapter, name) for chapter in ta.CHAPTERS for name in getattr(ta, chapter).__all__)


def test_no_module_bears_the_name_of_a_public_function():
    stems = [path.stem for _, path, _ in modules() if path.stem != "__init__"]
    assert sorted(set(stems)) == sorted(stems)  # nor that of another module
    assert not (set(stems) | {room for room, _, _ in modules()}) & {name for _, name in public()}


def test_the_shelf_is_short_and_each_of_its_names_stands_in_a_chapter_or_is_an_error():
    assert len(ta.__all__) <= 82
    assert dir(ta) == ta.__all__
    chapters = {id(getattr(getattr(ta, chapter), name)) for chapter, name in public()}
    for name in ta.__all__:
        found = getattr(ta, name)
        assert name == "figures" or id(found) in chapters or issubclass(found, (ta.TradeDataError, Warning)), name


def test_a_name_that_stands_in_a_chapter_is_shown_the_way():
    with pytest.raises(AttributeError, match=r"no 'draws': it is ta\.uncertainty\.draws"):
        ta.draws  # noqa: B018
    with pytest.raises(AttributeError, match=r"no 'nothing'$"):
        ta.nothing  # noqa: B018


def test_a_chapters_docstring_is_its_table_of_contents():
    for chapter in ta.CHAPTERS:
        room = getattr(ta, chapter)
        if chapter in ("brief", "figures", "names", "sources"):
            continue
        listed = [line.split("``")[1] for line in room.__doc__.splitlines() if line.startswith("``")]
        assert listed == sorted(room.__all__, key=str.casefold), chapter


def test_every_public_name_is_there_and_documented():
    for chapter, name in public():
        assert getattr(getattr(ta, chapter), name).__doc__, name


@pytest.mark.parametrize(
    "name", ["eval", "exec", "compile", "read_pickle", "loads_pickle", "extractall", "query", "sql", "system"]
)
def test_no_text_is_ever_run_or_unpacked(name):
    for path, node in calls():
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        owner = getattr(getattr(node.func, "value", None), "id", "")
        # DuckDB is told to take what was computed of its rows, a text that holds nothing of anybody, and how much
        # memory it may take, a number or its own words for it.
        told = name == "query" and path == PACKAGE / "tables" / "lazy_rows.py"
        # And which files to read, and that what their folders tell is text: names in quotation marks.
        told |= name == "sql" and path == PACKAGE / "sources" / "lazy" / "scans.py"
        assert called != name or owner == "re" or told, f"{path}:{node.lineno}"


def test_what_is_said_on_a_connection_of_duckdb_is_written_here():
    said = [node.args[1] for _, node in calls() if getattr(node.func, "id", "") == "on_its_connection"]
    parts = [one for text in said for one in (text.values if isinstance(text, ast.JoinedStr) else [text])]
    written = {one.value for one in parts if isinstance(one, ast.Constant)}
    assert written == {
        "FROM found_by_tradeanalysis",
        "SELECT current_setting('memory_limit')",
        "SET memory_limit = '",
        "'",
    }
    filled = [one.value.id for one in parts if isinstance(one, ast.FormattedValue)]
    assert filled == ["text"]  # the limit: of our own making, or as DuckDB states it


def test_no_shell_is_called_and_no_certificate_goes_unchecked():
    for path, node in calls():
        words = {(k.arg, getattr(k.value, "value", None)) for k in node.keywords}
        assert not words & {("shell", True), ("verify", False)}, f"{path}:{node.lineno}"


def test_nothing_that_runs_what_it_reads_is_imported():
    running = {"pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib", "yaml", "subprocess"}
    for _, path, tree in modules():
        assert not running & {name.split(".")[0] for name in imported(tree)}, path


def run(code):
    # What is measured is an installed package, whose modules are compiled once.
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=env)
    return done.stdout.strip()


def test_the_import_loads_nothing_heavy():
    heavy = ("matplotlib", "scipy.stats", "scipy", "polars", "duckdb", "pyspark", "jinja2", "openpyxl")
    heavy += ("starlette", "uvicorn", "python_multipart", "tradeanalysis.page")
    code = f"import sys, tradeanalysis; print([m for m in {heavy} if m in sys.modules])"
    assert run(code) == "[]"


def test_the_page_opens_before_what_draws_and_computes_is_loaded():
    """In the folder scipy and matplotlib come behind the first screens."""
    code = """
import sys
sys.modules.update(dict.fromkeys(("scipy", "matplotlib")))
from tradeanalysis.page import shell
print("<main" in shell("vi", "folder"))
"""
    assert run(code) == "True"


def test_the_import_costs_little_beside_that_of_pandas():
    """At most .05 s where pandas takes a third of a second; on a slower machine both take longer."""
    code = """
import time
start = time.perf_counter()
import pandas
between = time.perf_counter()
import tradeanalysis
print((time.perf_counter() - between) / (between - start))
"""
    assert any(float(run(code)) <= 0.15 for _ in range(7))
