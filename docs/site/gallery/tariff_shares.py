"""
Tariff shares
=============

What of an economy's trade a tariff touches, by partner. The acts are invented: no rate comes with the library.
"""

import pandas as pd

import tradeanalysis as ta

acts = pd.DataFrame(
    [
        ("USA", "Viet Nam", 20, "additional", "2025-08-07", "An act"),
        ("EU", "World", 5, "total", "2025-01-01", "Another"),
    ],
    columns=["importer", "origin", "rate_percent", "form", "from", "act"],
)
found = ta.tariff_exposure(ta.example("world_2023"), acts, on="2025-09-01", reporter="VNM")
ax = ta.figures.tariff_shares(found.table)
