"""The services that ``ta.fetch`` calls, by name."""

from __future__ import annotations

from tradeanalysis.sources.services.calls import Service

SERVICES: dict[str, Service] = {}
# Known, and not called: their files are read when they are saved by hand.
NOT_FETCHED = ("oecd", "unctad", "census", "comexstat")
