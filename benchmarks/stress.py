"""What 10,000 scenarios of 200 markets cost, beside a loop over the scenarios in plain numpy.

``python benchmarks/stress.py``. Each is run several times in turn and the medians are compared; read the ratio, not the
seconds. The loop does the same arithmetic and no more: no checks, no labels, no ranking.
"""

import statistics
import time

import numpy as np
import pandas as pd

import tradeanalysis as ta

RUNS, SCENARIOS, MARKETS, REDIRECT = 7, 10_000, 200, 0.5


def loop(x, room, lost):
    """Net loss and HHI after, scenario by scenario."""
    answers = np.empty((len(lost), 2))
    for i, taken in enumerate(lost):
        gross = taken @ x
        takes = np.where(taken == 0, room, 0.0)
        open_to = takes.sum()
        replaced = min(REDIRECT * gross, open_to)
        after = (1 - taken) * x + (takes * (replaced / open_to) if open_to > 0 else 0.0)
        answers[i] = gross - replaced, (after**2).sum() / after.sum() ** 2
    return answers


def main() -> None:
    rng = np.random.default_rng(0)
    x = pd.Series(rng.lognormal(0, 2.5, MARKETS), index=[f"M{i}" for i in range(MARKETS)])
    room = 0.2 * x
    lost = np.where(rng.random((SCENARIOS, MARKETS)) < 0.1, rng.random((SCENARIOS, MARKETS)), 0.0)
    frame = pd.DataFrame(lost, columns=x.index)
    work = {
        "contingency": lambda: ta.contingency(x, REDIRECT, room, scenarios=frame),
        "loop": lambda: loop(x.to_numpy(), room.to_numpy(), lost),
        "worst 20": lambda: ta.worst(x, 20, REDIRECT, room),
        "pairs": lambda: ta.contingency(x, REDIRECT, room, scenarios="pairs"),
        "divert": lambda: ta.stress.divert(x, -frame, 2.0),
    }
    seconds = {name: [] for name in work}
    for _ in range(RUNS + 1):  # the first run warms up
        for name, run in work.items():
            start = time.perf_counter()
            run()
            seconds[name].append(time.perf_counter() - start)
    median = {name: statistics.median(times[1:]) for name, times in seconds.items()}
    ours, theirs = work["contingency"]().set_index("scenario").sort_index(), work["loop"]()
    apart = np.abs(ours[["net_loss", "hhi_after"]].to_numpy() / theirs - 1).max()
    print(
        f"{SCENARIOS:,} scenarios of {MARKETS} markets: {median['contingency']:.2f} s; the plain loop takes "
        f"{median['loop'] / median['contingency']:.2f} times that, and differs by {apart:.0e} at the most"
    )
    for name in ("worst 20", "pairs", "divert"):
        print(f"{name}: {median[name]:.3f} s, {median[name] / median['contingency']:.2f} times the contingency table")


if __name__ == "__main__":
    main()
