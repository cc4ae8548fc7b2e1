"""What the indices of every exporter and product cost on Spark, beside a query by hand; and what a huge reporter costs.

``python benchmarks/spark.py [ROWS]`` makes rows like BACI's (world.py), with whole numbers as codes, and with text and
a flow, of which both contenders take exports. W2L is the HHI, effective number, entropy, Theil and top share of every
exporter and product; W2 the same with the share of the three largest and the Gini. The contenders run in one session,
in turn, from ``ta.measure`` or ``spark.sql`` to the last row of the answer, which goes nowhere: medians of five rounds
after five to warm up. Their answers are compared first. Then the same number of rows evenly spread, and with 90% in one
reporter. Processor seconds are those of Python and the JVM. Read the ratios, not the seconds.
"""

import argparse
import functools
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

import world
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

import tradeanalysis as ta

KEYS = ["reporter", "product"]
TASKS = ("W2L", "W2")
WARM, RUNS = 5, 5


def session(cores=2):
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # of the executors, for mapInArrow
    built = SparkSession.builder.master(f"local[{cores}]")
    for name, value in {
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.memory": "4g",
        "spark.sql.shuffle.partitions": 4 * cores,
        "spark.ui.enabled": False,
        "spark.ui.showConsoleProgress": False,
    }.items():
        built = built.config(name, value)
    spark = built.getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    return spark


def ours(table, task, by=KEYS):
    measures = [ta.hhi, ta.effective_partners, ta.entropy, ta.theil, ta.top_share(1)]
    return ta.measure(table, *measures, *[ta.top_share(3), ta.gini] * (task == "W2"), by=by)


def in_arrow(table, task):
    """The kernel of tables in memory, in the Python of each executor, on the groups that are brought to it."""
    schema = by_hand(table, task).schema
    names = schema.names

    def work(batches):
        import pyarrow as pa

        if there := [batch for batch in batches if batch.num_rows]:
            found = ours(pa.Table.from_batches(there), task)
            yield from found.select(names).to_batches()

    return table.select(*KEYS, "partner", "value").repartition(*KEYS).mapInArrow(work, schema)


def by_hand(table, task):
    """As one writes it who knows that values are positive, keys are there and partners are partners."""
    entropy = "ln(sum(x)) - sum(x * ln(x)) / sum(x)"
    found = "count(*) AS n, sum(x * x) / (sum(x) * sum(x)) AS hhi, sum(x) * sum(x) / sum(x * x) AS effective_partners"
    found += f", {entropy} AS entropy, ln(count(*)) - ({entropy}) AS theil, max(x) / sum(x) AS top_share_1"
    cells = "SELECT reporter, product, partner, sum(value) AS x FROM {table} GROUP BY reporter, product, partner"
    if task == "W2":
        cells = f"SELECT *, row_number() OVER (PARTITION BY reporter, product ORDER BY x DESC) AS rank FROM ({cells})"
        found += ", sum(x) FILTER (WHERE rank <= 3) / sum(x) AS top_share_3"
        found += ", (count(*) + 1 - 2 * sum(x * rank) / sum(x)) / count(*) AS gini"
    query = f"SELECT reporter, product, {found} FROM ({cells}) GROUP BY reporter, product"
    return table.sparkSession.sql(query, table=table)


def processor(spark):
    """The processor seconds of this process and of its JVM so far."""
    pid = spark.sparkContext._jvm.java.lang.ProcessHandle.current().pid()
    told = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return time.process_time() + (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")


def timed(spark, make):
    """Seconds to the plan, to the end, and of the processors."""
    cpu, start = processor(spark), time.perf_counter()
    answer = make()
    planned = time.perf_counter()
    answer.write.format("noop").mode("overwrite").save()
    return planned - start, time.perf_counter() - start, processor(spark) - cpu


def compare(spark, title, contenders):
    """All contenders in turn; medians, and the ratios of each to the last."""
    found = {name: [] for name in contenders}
    for _ in range(WARM + RUNS):
        for name, make in contenders.items():
            found[name].append(timed(spark, make))
    medians = {name: list(map(statistics.median, zip(*times[WARM:], strict=True))) for name, times in found.items()}
    _, last, least = medians[list(contenders)[-1]]
    print(f"\n{title}\n{'':26}{'plan s':>8}{'s':>8}{'cpu s':>8}{'ratio':>8}{'cpu':>8}")
    for name, (plan, wall, cpu) in medians.items():
        print(f"{name:26}{plan:8.2f}{wall:8.2f}{cpu:8.2f}{wall / last:8.2f}{cpu / least:8.2f}", flush=True)


def agree(one, other):
    """Both answers have the same groups, and the same values but for rounding."""
    names = [name for name in other.columns if name not in KEYS]
    pairs = one.select(*KEYS, *(F.col(name).alias(f"our_{name}") for name in names)).join(other, KEYS, "full")
    same = " AND ".join(f"abs(our_{x} - {x}) <= 1e-12 * greatest(abs({x}), 1)" for x in names)
    if different := pairs.where(f"NOT coalesce({same}, false)").count():
        raise SystemExit(f"{different:,} groups differ")


def reporters(spark, rows, share):
    """Rows of 228 reporters and partners and 5,000 products, the given share of them the first reporter's."""
    draw = [F.rand(seed) for seed in (1, 2, 3, 4, 5)]
    reporter = F.when(draw[0] < share, 0).otherwise(1 + F.floor(draw[1] * 227))
    partner, product = F.floor(228 * draw[2] ** 3), F.floor(draw[3] * 5000)
    columns = {"reporter": reporter, "partner": partner, "product": product, "value": F.exp(8 * draw[4])}
    return spark.range(0, rows, 1, 8).select(*(column.alias(name) for name, column in columns.items()))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("rows", nargs="?", type=int, default=2_000_000)
    rows = parser.parse_args().rows
    spark = session()
    print(
        f"{world.machine()}, pyspark {spark.version}, Java {spark.sparkContext._jvm.System.getProperty('java.version')}"
    )
    with tempfile.TemporaryDirectory() as folder:
        numbers, text = f"{folder}/numbers.parquet", f"{folder}/text.parquet"
        world.make(numbers, rows)
        table = spark.read.parquet(numbers)
        codes = [F.lpad(table[name], 6, "A").alias(name) for name in (*KEYS, "partner")]
        table.select(*codes, F.lit("export").alias("flow"), "value").write.parquet(text)
        for kind, table in (
            ("whole numbers", spark.read.parquet(numbers)),
            ("text, and a flow", spark.read.parquet(text).where("flow = 'export'")),
        ):
            together = table.repartition(*KEYS)
            for task in TASKS:
                agree(ours(table, task), by_hand(table, task))
                agree(in_arrow(table, task), by_hand(table, task))
                contenders = {
                    "ours": functools.partial(ours, table, task),
                    "ours, rows brought together": functools.partial(ours, together, task),
                    "the kernel, mapInArrow": functools.partial(in_arrow, table, task),
                    "by hand": functools.partial(by_hand, table, task),
                }
                compare(spark, f"{rows:,} rows like BACI's, codes as {kind}, {task}", contenders)
        for name, share in (("skewed", 0.9), ("even", 1 / 228)):
            reporters(spark, rows, share).write.parquet(f"{folder}/{name}")
        for by in (["reporter"], KEYS):
            skewed, even = (spark.read.parquet(f"{folder}/{name}") for name in ("skewed", "even"))
            contenders = {
                "90% in one reporter": functools.partial(ours, skewed, "W2", by),
                "evenly spread": functools.partial(ours, even, "W2", by),
            }
            compare(spark, f"{rows:,} rows, W2 by {' x '.join(by)}", contenders)
    spark.stop()


if __name__ == "__main__":
    main()
