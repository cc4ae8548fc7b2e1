"""How much an economy leans on one market, how sure that is, what if it closes, and what plan gets it out.

The functions of every day are here: ``ta.read``, ``ta.measure``, ``ta.hhi``, ``ta.partners``, ``ta.plan`` and their
like. The rest stands in chapters, each with its contents in its docstring (``help(ta.stress)``):

``ta.measures``     indices of concentration, diversity and inequality
``ta.dependency``   partners both ways, the structure of trade, screens by product, benchmarks
``ta.changes``      what moved an index, and the trade behind it
``ta.uncertainty``  intervals, probabilities, two reports of one flow
``ta.stress``       closed markets, tariffs, the risk of demand
``ta.planner``      plans for growth with no market above a cap
``ta.prospects``    where to go instead: scores of markets, and how often they were right
``ta.monitoring``   what each month says: the year before its end, alerts, breaks, seasons
``ta.tariffs``      tariffs with their dates, and the preferences that were used
``ta.chains``       who pays in the end: re-exports, value added by final buyer
``ta.figures``      pictures of finished tables
``ta.names``        economies, their codes and names, trade blocs
``ta.tables``       measures by group, baskets, results larger than memory
``ta.sources``, ``ta.gate``, ``ta.output``, ``ta.brief``   reading, checking, writing
"""

import importlib

from lazy_loader import attach_stub

__version__ = "0.2.0"

# The stub beside this file is the one list of public names; each is loaded when it is first used.
_attribute, _, _everything = attach_stub(__name__, __file__)

# Chapters are reached by their names, and only ``figures`` stands on the shelf that Tab shows.
CHAPTERS = (
    *("brief", "changes", "dependency", "figures", "gate", "measures", "names", "output", "planner"),
    *("prospects", "sources", "stress", "tables", "uncertainty"),
    *("monitoring", "tariffs", "chains"),
)
__all__ = sorted({*_everything, "figures"} - {*CHAPTERS} | {"figures"})


def __getattr__(name: str) -> object:
    if name in _everything or name.startswith("_"):
        return _attribute(name)
    found = [one for one in CHAPTERS if name in getattr(importlib.import_module(f"{__name__}.{one}"), "__all__", ())]
    where = f": it is ta.{found[0]}.{name}" if found else ""
    raise AttributeError(f"tradeanalysis has no {name!r}{where}")


def __dir__() -> list[str]:
    return [*__all__]
