"""Engines to run a test on, the folder of real files, and what a run without them must say."""

import collections
import gc
import os
import random
import shutil
import signal
import socket
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import pandas as pd
import pytest
from fault_server import FaultServer
from hypothesis import settings

import tradeanalysis as ta
from tradeanalysis.measures.indices import examples

# Every measure of the registry, and the parameterised ones at their special and at some ordinary parameters.
MEASURES = examples()

# Programs for longer runs, which a run of the tests is not to import.
collect_ignore = ["fuzz.py", "mutate.py"]

IN_CI = bool(os.environ.get("CI"))
# In CI and on a forge every case is tried; where a person waits, some are.
ALL_CASES = IN_CI or bool(os.environ.get("TRADEANALYSIS_ALL_CASES"))


def cases(count: int) -> int:
    """So many random cases in CI and on a forge, and a tenth of them, at least twenty, where a person waits."""
    return count if ALL_CASES else max(min(20, count), count // 10)


def sample(items: Iterable, every: int = 4) -> list:
    """Every item in CI and on a forge, and every fourth of them, from the first on, where a person waits."""
    return list(items)[:: 1 if ALL_CASES else every]


def left(every: int) -> pytest.MarkDecorator:
    """What is not tried where a person waits is skipped, and says so."""
    return pytest.mark.skip(reason=f"1 in {every} of these runs here, all with TRADEANALYSIS_ALL_CASES=1")


def sampled(names: str | tuple[str, ...], items: Iterable, every: int = 4, **more) -> pytest.MarkDecorator:
    """A parametrization by all items, of which those that ``sample`` leaves out are skipped with a reason."""
    items, single = list(items), isinstance(names, str)
    run = set(sample(range(len(items)), every))
    return pytest.mark.parametrize(
        names,
        [
            item if i in run else pytest.param(*([item] if single else item), marks=left(every))
            for i, item in enumerate(items)
        ],
        **more,
    )


settings.register_profile("tradeanalysis", max_examples=cases(200), deadline=None)
settings.load_profile("tradeanalysis")


# What takes longest, the longest first; what is many short tests comes after it, and ends the run evenly.
SPARK = "spark"
LONGEST = (
    *(SPARK, "test_all_groups", "test_site", "test_brief", "test_notebooks", "test_cluster", "test_gallery"),
    "test_page_folder",
    *("test_cli", "test_out_of_core", "test_planner", "test_brief_numbers", "test_ingest", "test_brief_of_services"),
    *("test_word", "test_growth", "test_comtrade_service", "test_advice", "test_vietnamese", "test_sources"),
    *("test_embedded", "test_brief_own_reports", "test_sums_of_tables", "test_targets", "test_planner_risk"),
    *("test_brief_beside", "test_comparisons", "test_brief_content", "test_sheet_words", "test_packaging"),
)


def scope(nodeid: str) -> str:
    """What one process takes as a whole: all tests on Spark, so that one session serves them, or a file."""
    return SPARK if "pyspark" in nodeid or "test_spark.py" in nodeid else nodeid.split("::", 1)[0]


def pytest_xdist_make_scheduler(config, log):
    """Of several processes each takes a whole scope at a time, in the order in which tests were collected."""
    from xdist.scheduler import LoadScopeScheduling

    class ByFileAndSpark(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return scope(nodeid)

    config.option.loadscopereorder = False
    return ByFileAndSpark(config, log)


def longest_first(items) -> None:
    """The scopes that take longest first, and the others by how many tests they have."""
    size = collections.Counter(scope(item.nodeid) for item in items)
    place = {name: i for i, name in enumerate(LONGEST)}

    def key(item):
        name = scope(item.nodeid)
        return place.get(Path(name).stem, len(place)), -size[name], name

    items.sort(key=key)


def pytest_collection(session):
    """Nothing that is collected is ever garbage: looking for some takes a quarter of the time."""
    gc.disable()


def pytest_collection_finish(session):
    """What is there now stays to the end: the collector need not look at it, nor at the rest so often."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    gc.enable()


def pytest_collection_modifyitems(config, items):
    """Of the tests of a file that run on every engine, one in four runs on Spark where a person waits."""
    if hasattr(config, "workerinput"):
        longest_first(items)
    of_file = {}
    for item in items:
        if "engine" in getattr(item, "fixturenames", ()) and item.callspec.params["engine"] == "pyspark":
            of_file.setdefault(item.path, []).append(item)
    for on_spark in of_file.values():
        for item in [one for one in on_spark if one not in sample(on_spark)]:
            item.add_marker(left(4))


def absent(what: str) -> None:
    """Skip for what the machine lacks; in CI that is a failure."""
    if IN_CI:
        pytest.fail(f"{what}: CI must have it")
    pytest.skip(what)


# The name of the page behind its proxy, which the browser finds on this machine.
PROXY_NAME = "page.example.vn"


def chromium_here() -> str | None:
    """Where Chromium is on this machine."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@pytest.fixture(scope="module")
def chromium():
    """A browser without a window."""
    found = chromium_here()
    if found is None:
        absent("pages are looked at in Chromium, and there is none on this machine")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        arguments = ["--no-sandbox", f"--host-resolver-rules=MAP {PROXY_NAME} 127.0.0.1"]
        browser = driver.chromium.launch(executable_path=found, args=arguments)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real public files, which the repository does not hold."""
    folder = os.environ.get("TRADEANALYSIS_SHARED_DATA")
    if not folder:
        absent("TRADEANALYSIS_SHARED_DATA does not name the folder of real files")
    return Path(folder)


@pytest.fixture
def write(tmp_path):
    """Write a file, of text or bytes, and give its path."""

    def written(content: str | bytes, name: str = "table.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return written


# A picture of one white point.
POINT = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b550000000a49444154789c63f80f00010101001b"
    "b6ee560000000049454e44ae426082"
)


@pytest.fixture
def unpainted(monkeypatch):
    """Where a person waits, figures of a brief whose files are only counted are laid out and not painted."""
    if not ALL_CASES:
        monkeypatch.setattr("tradeanalysis.brief.drawings.figure_bytes", lambda ax, format: POINT)


@pytest.fixture(scope="session")
def spark():
    if shutil.which("java") is None:
        absent("Spark needs Java, and there is none on this machine")
    from pyspark.sql import SparkSession

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # the workers are of this Python, whatever PATH names
    session = (
        SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "2")
        # Plans over a few rows: compiling them well takes longer than running them.
        .config("spark.driver.extraJavaOptions", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


def killed_ten_times(start, folder: Path, alone: Path, pause: random.Random, files: int, seconds: float) -> list[int]:
    """How many files stood after each of ten runs that were killed (three where a person waits); each that stood is
    that of a run left alone.

    A run is killed up to so many files further, which it tells by a line each, and up to so many seconds later.
    """
    states = []
    for turn in sample(range(10)):
        run = start(folder.name)
        for _ in range(pause.randint(1, files)):
            run.stdout.readline()
        time.sleep(pause.uniform(0, seconds))
        os.kill(run.pid, signal.SIGKILL)
        run.communicate()
        whole = list(folder.glob("*.parquet"))
        for path in whole:
            assert path.read_bytes() == (alone / path.name).read_bytes(), (turn, path.name)
        states.append(len(whole))
    return states


def told(words: str):
    """What is usable is read, and the warning says what should be known."""
    return pytest.warns(ta.TradeDataWarning, match=words)


def values(table: pd.DataFrame) -> dict[str, float]:
    """The value of each partner."""
    return dict(zip(table["partner"], table["value"], strict=True))


class Engine:
    """One dataframe library: how a pandas table gets in, and how an answer comes out."""

    def __init__(self, name, spark=None):
        self.name = name
        self.lazy = name in ("polars-lazy", "duckdb", "pyspark")
        self.spark = spark

    def table(self, frame: pd.DataFrame):
        if self.name == "pandas":
            return frame
        if self.name == "pyspark":
            return self.spark.createDataFrame(
                [tuple(None if pd.isna(v) else v for v in row) for row in frame.itertuples(index=False)],
                schema=", ".join(f"`{c}` {self._sql(frame[c])}" for c in frame),
            )
        import polars as pl

        if self.name == "polars":
            return pl.from_pandas(frame)
        if self.name == "polars-lazy":
            return pl.from_pandas(frame).lazy()
        if self.name == "pyarrow":
            return pl.from_pandas(frame).to_arrow()
        import duckdb

        return duckdb.from_arrow(pl.from_pandas(frame).to_arrow())

    def frame(self, answer) -> pd.DataFrame:
        """The answer as pandas, once it is known to be in the library of the question."""
        if self.name == "pandas":
            assert isinstance(answer, pd.DataFrame)
            return answer
        kind = f"{type(answer).__module__}.{type(answer).__name__}"
        expected = {
            "polars": "polars.dataframe.frame.DataFrame",
            "polars-lazy": "polars.lazyframe.frame.LazyFrame",
            "pyarrow": "pyarrow.lib.Table",
            "duckdb": "_duckdb.DuckDBPyRelation",
            "pyspark": "pyspark.sql.classic.dataframe.DataFrame",
        }[self.name]
        assert kind.split(".")[0].lstrip("_") == expected.split(".")[0].lstrip("_"), kind
        assert kind.split(".")[-1] == expected.split(".")[-1], kind
        if self.name == "polars-lazy":
            return answer.collect().to_pandas()
        if self.name == "duckdb":
            return answer.df()
        if self.name == "pyspark":
            return pd.DataFrame([row.asDict() for row in answer.collect()], columns=answer.columns)
        return answer.to_pandas()

    @staticmethod
    def _sql(column: pd.Series) -> str:
        return {"i": "bigint", "f": "double", "b": "boolean"}.get(column.dtype.kind, "string")


@pytest.fixture(params=["pandas", "polars", "polars-lazy", "pyarrow", "duckdb", "pyspark"])
def engine(request) -> Engine:
    name = request.param
    return Engine(name, request.getfixturevalue("spark") if name == "pyspark" else None)


@pytest.fixture
def fault_server() -> Iterator[FaultServer]:
    """A server on this machine without routes, to which a test adds its own."""
    with FaultServer() as server:
        yield server


@pytest.fixture(autouse=True)
def offline(monkeypatch):
    """No test reaches beyond this machine, whose own servers it may reach, whatever CI says."""
    monkeypatch.delenv("TRADEANALYSIS_OFFLINE", raising=False)
    connect = socket.socket.connect

    def guarded(self, address):
        host = address[0] if isinstance(address, tuple) else address
        if isinstance(host, str) and not host.startswith(("127.", "localhost", "::1", "/")):
            raise AssertionError(f"a test tried to reach {host}")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)
