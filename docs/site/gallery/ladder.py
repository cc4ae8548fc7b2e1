"""
Ladder of opportunities
=======================

What is sold now and what is suggested in each market, as ``ta.opportunities`` has it. The figures are made up.
"""

import pandas as pd

import tradeanalysis as ta

rows = [
    ("Rice", "SAU", 29.5e6, 192.5e6, 310e6, None),
    ("Sports footwear", "ITA", 67.2e6, 225.6e6, 290e6, None),
    ("Coffee", "BEL", 58.6e6, 203.7e6, 240e6, None),
    ("Wiring sets", "MEX", 130.1e6, 164.3e6, 350e6, None),
    ("Solar cells", "PAK", 0.0, 44.3e6, None, 0.21),
    ("Motorcycles", "MEX", 0.0, 47.9e6, None, 0.14),
    ("Alumina", "BHR", 0.0, 40.3e6, None, 0.06),
]
table = pd.DataFrame(rows, columns=["product", "partner", "now", "gravity", "ceiling", "chance"])
ax = ta.figures.ladder(table, caption={"reporter": "VNM", "year": 2024, "note": "The figures are made up."})
