"""The services that ``ta.fetch`` calls, by name."""

from __future__ import annotations

from tradeanalysis.sources.services.baci_ranges import BACI
from tradeanalysis.sources.services.calls import Service
from tradeanalysis.sources.services.comext import COMEXT
from tradeanalysis.sources.services.comtrade import COMTRADE
from tradeanalysis.sources.services.imts import IMTS
from tradeanalysis.sources.services.wdi import WDI
from tradeanalysis.sources.services.wits_tradestats import WITS

SERVICES: dict[str, Service] = {one.name: one for one in (COMTRADE, BACI, WDI, IMTS, COMEXT, WITS)}
# Known, and not called: their files are read when they are saved by hand.
NOT_FETCHED = ("oecd", "unctad", "census", "comexstat")
