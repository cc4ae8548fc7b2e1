"""Reading files: whatever the source, a trade table comes out, with a certificate of what was done to it."""

from tradeanalysis.sources.baci.release import ingest
from tradeanalysis.sources.certificates import certificate
from tradeanalysis.sources.embedded import embedded_for, example, examples
from tradeanalysis.sources.inspection import Inspection, audit, inspect
from tradeanalysis.sources.reader import read
from tradeanalysis.sources.services.cache_contents import cache_clear, cache_info
from tradeanalysis.sources.services.fetching import DownloadPlan, fetch, service_and_reporter

__all__ = [
    "DownloadPlan",
    "Inspection",
    "audit",
    "cache_clear",
    "cache_info",
    "certificate",
    "embedded_for",
    "example",
    "examples",
    "fetch",
    "ingest",
    "inspect",
    "read",
    "service_and_reporter",
]
