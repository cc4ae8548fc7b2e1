"""The driver of test_cluster.py, ``python cluster_job.py MASTER FOLDER GROUPS ROWS OVER ...``.

It computes on a cluster and prints what it met: an answer of so many groups, and those over some axes of so many rows.
Only one Spark context lives in a process, so it has its own. Rows come into being on the executors, whose Python is a
file that is not there: whatever would need it fails.
"""

import json
import os
import sys

REPORTERS = 100
# Compiling plans well takes longer than running them once.
FAST_START = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"


def session(master, folder):
    from pyspark.sql import SparkSession

    os.environ["PYSPARK_PYTHON"] = f"{folder}/no-python"
    os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable
    settings = {
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.extraJavaOptions": FAST_START,
        "spark.executor.extraJavaOptions": FAST_START,
        "spark.driver.memory": "600m",
        "spark.driver.maxResultSize": "1m",  # what a million groups would exceed, were they collected
        "spark.cores.max": 2,
        "spark.executor.memory": "900m",
        "spark.scheduler.minRegisteredResourcesRatio": 1.0,  # no task before both executors are there
        "spark.scheduler.maxRegisteredResourcesWaitingTime": "120s",
        "spark.task.maxFailures": 1,
        "spark.sql.shuffle.partitions": 8,
        "spark.sql.adaptive.coalescePartitions.enabled": False,
        "spark.eventLog.enabled": True,
        "spark.eventLog.dir": f"file://{folder}/events",
        "spark.eventLog.compress": False,
        "spark.eventLog.rolling.enabled": False,
        "spark.ui.enabled": False,
        "spark.ui.showConsoleProgress": False,
    }
    builder = SparkSession.builder.master(master).appName("tradeanalysis")
    for name, value in settings.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    return spark


def million(spark, groups):
    """Every reporter trades its product g with 1 + g % 4 partners; with the p-th in p months, at one value each."""
    from pyspark.sql import functions as F

    group = F.col("group")
    partners = spark.range(0, groups, 1, 8).select(
        F.col("id").alias("group"), F.explode(F.sequence(F.lit(1), (1 + F.col("id") % 4).cast("int"))).alias("p")
    )
    return partners.select("*", F.explode(F.sequence(F.lit(1), F.col("p"))).alias("month")).select(
        F.format_string("R%03d", (group / 5000).cast("int")).alias("reporter"),
        F.format_string("%04d", (group % 5000).cast("int")).alias("product"),
        F.format_string("P%d", F.col("p")).alias("partner"),
        "month",
        (1.0 + group % 1000).alias("value"),
    )


def rows(spark, skewed, count):
    """Rows of a hundred reporters, evenly spread or nine in ten the first one's."""
    from pyspark.sql import functions as F

    id = F.col("id")
    spread = id % REPORTERS
    reporter = F.when(spread < 90, 0).otherwise((id / REPORTERS).cast("long") % REPORTERS) if skewed else spread
    return spark.range(0, count, 1, 8).select(
        reporter.alias("reporter"),
        (F.abs(F.xxhash64("id")) % 200).alias("partner"),
        (100_000 + F.abs(F.xxhash64("id")) % 5000).alias("product"),
        (1.0 + id % 97).alias("value"),
    )


def fails(action):
    """What an action raises, in words."""
    try:
        action()
    except Exception as error:
        return str(error)
    return ""


def main(master, folder, groups, count, *overs):
    import tradeanalysis as ta

    spark = session(master, folder)
    context = spark.sparkContext
    measures = ta.hhi, ta.top_share(3), ta.gini, ta.entropy

    context.setJobGroup("million", "an answer with a million groups")
    ta.tables.measure_to_folder(
        million(spark, int(groups)), *measures, by=["reporter", "product"], out=f"{folder}/million"
    )

    for over in overs:
        for name in ("even", "skewed"):
            context.setJobGroup(f"{name} {over}", "one huge reporter, or none")
            answer = ta.measure(rows(spark, name == "skewed", int(count)), *measures, by="reporter", over=over)
            answer.write.parquet(f"{folder}/{name}_{over}")

    context.setJobGroup("traps", "what would tell that rows were collected, or that Python was called")
    collected = fails(lambda: spark.read.parquet(f"{folder}/million").collect())
    python = fails(lambda: context.range(2).map(str).count())
    print(json.dumps({"collected": collected, "python": python}))
    spark.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
