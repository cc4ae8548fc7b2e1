"""A standalone cluster of Spark on loopback, one master and two workers, computes and writes a million groups."""

import collections
import contextlib
import json
import math
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from cluster_job import FAST_START, REPORTERS
from conftest import ALL_CASES, absent, sample, sampled

GROUPS = 1_000_000 if ALL_CASES else 200_000
# Of a huge reporter only counts of rows are compared: a fifth of a million tells as much as a million.
ROWS = 200_000 if ALL_CASES else 100_000
OVER = {"product": 5000, "partner": 200}

# The process ends with whoever holds its input, however that one ends.
LIFELINE = '"$@" & cat; kill $!; wait $!'


@contextlib.contextmanager
def running(folder, name, *command):
    """A process of Spark's, that logs into the folder; its log's path."""
    import pyspark

    home = Path(pyspark.__file__).parent
    log = folder / f"{name}.log"
    settings = {"SPARK_HOME": str(home), "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_DAEMON_MEMORY": "256m"}
    settings["SPARK_DAEMON_JAVA_OPTS"] = FAST_START
    place = folder / name
    place.mkdir()
    with log.open("w") as out:
        process = subprocess.Popen(
            ["sh", "-c", LIFELINE, name, str(home / "bin" / "spark-class"), *command],
            stdin=subprocess.PIPE,
            stdout=out,
            stderr=subprocess.STDOUT,
            cwd=place,
            env={**os.environ, **settings},
            start_new_session=True,
        )
    try:
        yield log
    finally:
        process.stdin.close()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def logged(log, pattern, seconds=120):
    """The first match of a pattern in a log, once it is there."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := re.search(pattern, log.read_text()):
            return found
        time.sleep(0.1)
    raise TimeoutError(f"no {pattern} in {log.name} after {seconds} s:\n{log.read_text()[-2000:]}")


def living(folder):
    """The processes that work in a folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it has ended, or is not ours
            if (process / "cwd").resolve().is_relative_to(folder):
                found.append((process / "cmdline").read_text().replace("\0", " ")[-300:])
    return found


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """The address of a master with two workers of one core; nothing of it runs on afterwards."""
    if shutil.which("java") is None or not Path("/proc/self/cwd").exists():
        absent("a cluster of Spark needs Java, and a system that tells of its processes")
    folder = tmp_path_factory.mktemp("cluster")
    local = ("--host", "127.0.0.1", "--port", "0", "--webui-port", "0")
    with contextlib.ExitStack() as stack:
        log = stack.enter_context(running(folder, "master", "org.apache.spark.deploy.master.Master", *local))
        address = logged(log, r"Starting Spark master at (spark://127\.0\.0\.1:\d+)")[1]
        worker = ("org.apache.spark.deploy.worker.Worker", address, *local, "--cores", "1", "--memory", "1g")
        for name in ("one", "two"):
            stack.enter_context(running(folder, name, *worker, "--work-dir", str(folder / name)))
        logged(log, r"(?s)(Registering worker .*){2}")
        assert len(living(folder)) >= 3
        yield address
    assert living(folder) == []


@pytest.fixture(scope="module")
def done(cluster, tmp_path_factory):
    """The folder that the job has written into, what the driver said, and what each task did, by job."""
    folder = tmp_path_factory.mktemp("job")
    (folder / "events").mkdir()
    job = [
        sys.executable,
        str(Path(__file__).with_name("cluster_job.py")),
        cluster,
        str(folder),
        *map(str, (GROUPS, ROWS, *sample(OVER, 2))),
    ]
    run = subprocess.run(job, capture_output=True, text=True, timeout=500, check=False)
    assert run.returncode == 0, run.stderr[-5000:]
    (log,) = (folder / "events").iterdir()
    group, tasks = {}, collections.defaultdict(list)
    for line in log.read_text().split("\n")[:-1]:
        event = json.loads(line)
        if event["Event"] == "SparkListenerStageSubmitted":
            group[event["Stage Info"]["Stage ID"]] = event["Properties"]["spark.jobGroup.id"]
        elif event["Event"] == "SparkListenerTaskEnd":
            tasks[group[event["Stage ID"]]].append(event)
    return folder, json.loads(run.stdout.splitlines()[-1]), tasks


def test_every_one_of_a_million_groups_is_written_and_right(done):
    folder, _, _ = done
    assert (folder / "million" / "_SUCCESS").exists()
    answer = pq.read_table(folder / "million").to_pandas()
    assert len(answer) == GROUPS == len(answer[["reporter", "product"]].drop_duplicates())
    group = answer["reporter"].str[1:].astype(int) * 5000 + answer["product"].astype(int)
    assert sorted(group) == list(range(GROUPS))
    assert (answer["n"] == 1 + group % 4).all()
    assert (answer[["faults", "unallocated"]] == 0).all(axis=None)
    # The cells of a group are as 1, 2, ... n.
    n = answer["n"]
    expected = {
        "hhi": 2 * (2 * n + 1) / (3 * n * (n + 1)),
        "gini": (n - 1) / (3 * n),
        "top_share_3": n.map({1: 1.0, 2: 1.0, 3: 1.0, 4: 9 / 10}),
        "entropy": n.map(
            {
                k: -math.fsum(p / t * math.log(p / t) for p in range(1, k + 1))
                for k, t in ((1, 1), (2, 3), (3, 6), (4, 10))
            }
        ),
    }
    for name, column in expected.items():
        assert (answer[name] - column).abs().max() <= 1e-12, name


def test_both_executors_wrote_and_the_driver_collected_nothing(done):
    folder, said, tasks = done
    written = collections.Counter()
    for task in tasks["million"]:
        written[task["Task Info"]["Executor ID"]] += task["Task Metrics"]["Output Metrics"]["Records Written"]
    assert set(written) == {"0", "1"}
    assert sum(written.values()) == GROUPS
    assert min(written.values()) > GROUPS / 10
    files = list((folder / "million").glob("part-*.parquet"))
    assert len(files) > 1
    assert sum(pq.ParquetFile(path).metadata.num_rows for path in files) == GROUPS
    # All that came back to the driver is smaller than a byte a group, and collecting would not have passed.
    assert 0 < sum(task["Task Metrics"]["Result Size"] for task in tasks["million"]) < GROUPS
    assert "spark.driver.maxResultSize" in said["collected"]


def test_executors_need_no_python(done):
    _, said, _ = done
    assert "no-python" in said["python"]


@sampled(("over", "labels"), OVER.items(), every=2)
def test_a_huge_reporter_gives_no_task_more_to_do(done, over, labels):
    """Rows are summed where they lie: what travels are cells, at most one of a label from each of the eight tasks."""
    folder, _, tasks = done
    read = {}
    for name in ("even", "skewed"):
        answer = pq.read_table(folder / f"{name}_{over}").to_pandas()
        assert len(answer) == REPORTERS
        assert (answer["n"] <= labels).all()
        stages = collections.defaultdict(list)
        for task in tasks[f"{name} {over}"]:
            stages[task["Stage ID"]].append(task["Task Metrics"]["Shuffle Read Metrics"]["Total Records Read"])
        read[name] = [stages[stage] for stage in sorted(stages)]
        scan, cells, sums = read[name]
        assert sum(scan) == 0
        assert sum(cells) <= 8 * answer["n"].sum()
        assert sum(sums) == answer["n"].sum()
    assert sum(read["skewed"][1]) < ROWS / 2
    for stage in (1, 2):
        assert max(read["skewed"][stage]) <= 1.1 * max(read["even"][stage]) + labels
