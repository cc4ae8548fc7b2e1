"""
Tariff steps
============

The mean rate of tariffs over time, a step for each act. The acts are invented: no rate comes with the library.
"""

import pandas as pd

import tradeanalysis as ta

acts = pd.DataFrame(
    [
        ("World", 10, "2025-04-05", "2025-08-06", "First order, all others"),
        ("Viet Nam", 20, "2025-08-07", "2026-02-23", "Second order, annex"),
        ("World", 10, "2026-02-24", "2026-07-23", "Surcharge of 150 days"),
        ("Viet Nam", 12.5, "2026-07-24", "", "Third order"),
    ],
    columns=["origin", "rate_percent", "from", "to", "act"],
)
tariffs = ta.tariffs.schedule(acts, importer="USA", form="additional")
steps = ta.tariffs.over_time(ta.example("world_2023"), tariffs, reporter="VNM")
ax = ta.figures.tariff_steps(steps)
