"""Call the services, and compare what comes back with what the tests assume: ``make record``, for whoever has a net.

About twenty calls without a key, and two more where COMTRADE_API_KEY is set. Answers and the table of what was seen go
to build/record; they are yours alone, and are not to be committed.
"""

from __future__ import annotations

import json
import re
import socket
import sys
import time
import urllib.request
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pandas as pd
from assumptions import FETCHED, PROBES, Probe, Seen

import tradeanalysis as ta
from tradeanalysis.sources.services import stored
from tradeanalysis.sources.services.calls import Answer, Call, Service
from tradeanalysis.sources.services.keys import key_of, redacted
from tradeanalysis.sources.services.known_services import SERVICES
from tradeanalysis.sources.services.transport import base_of, send
from tradeanalysis.sources.services.turns import turn

ROOT = Path(__file__).parents[1]
COLUMNS = ["call", "assumed", "expected", "seen", "agrees"]
# Characters of each column where it is printed; the file has them whole.
WIDTHS = [36, 45, 34, 44, 6]
# Seconds for a call, and for a first connection.
PER_CALL, TO_CONNECT = 180.0, 5.0
NO_NET = "no net was reached: {services}. Nothing was compared; run it on a machine that may call these services."


def main(out: Path = ROOT / "build" / "record", pause: Callable[[float], object] = time.sleep) -> int:
    """Record; 0 where all agrees, 1 where something differs, 2 where no net was reached."""
    services = {probe.service.name: SERVICES[probe.service.name] for probe in PROBES}
    there = {name: one for name, one in services.items() if is_reached(one)}
    if not there:
        print(NO_NET.format(services=", ".join(base_of(one) for one in services.values())))
        return 2
    out.mkdir(parents=True, exist_ok=True)
    ta.cache_clear(cache=out / "cache")
    rows = [not_reached(one) for name, one in services.items() if name not in there]
    rows += [
        row for source, reporter, given in FETCHED if source in there for row in fetched(source, reporter, given, out)
    ]
    for probe in PROBES:
        if probe.service.name in there:
            rows += compared(probe, there[probe.service.name], out, pause)
    return shown(pd.DataFrame(rows, columns=COLUMNS), out)


def shown(table: pd.DataFrame, out: Path) -> int:
    """Print and write the table."""
    table.to_csv(out / "assumptions.csv", index=False)
    for row in [COLUMNS, *table.itertuples(index=False, name=None)]:
        print(" | ".join(cell[:width].ljust(width) for cell, width in zip(row, WIDTHS, strict=True)).rstrip())
    different = int((table["agrees"] == "no").sum())
    skipped = int((table["agrees"] == "-").sum())
    print(f"\n{len(table) - different - skipped} agree, {different} differ, {skipped} not compared; answers in {out}")
    return 1 if different else 0


def is_reached(service: Service) -> bool:
    """Whether a service, or a proxy in its place, takes a connection."""
    base = urlsplit(base_of(service))
    if base.scheme == "https" and "https" in urllib.request.getproxies():
        return True
    try:
        with socket.create_connection((base.hostname or "", base.port or 443), TO_CONNECT):
            return True
    except OSError:
        return False


def not_reached(service: Service) -> list[str]:
    return [service.name, "is reached", base_of(service), "no connection", "-"]


def fetched(source: str, reporter: Any, given: dict[str, Any], out: Path) -> Iterator[list[str]]:
    """What ``ta.fetch`` makes of a service's answers."""
    name = f"{source} by ta.fetch"
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ta.TradeDataWarning)
        try:
            table = ta.fetch(source, reporter, **given, cache=out / "cache", offline=False)
        except ta.TradeDataError as error:
            yield [name, "a table", "rows", f"{type(error).__name__}: {error}"[:200], "no"]
            return
    table.to_csv(out / f"{source}.csv", index=False)
    notes = [f"; {one.message}" for one in caught if issubclass(one.category, ta.TradeDataWarning)]
    yield [name, "a table", "rows", f"{len(table)} rows{''.join(notes)}", "yes" if len(table) else "no"]


def compared(probe: Probe, service: Service, out: Path, pause: Callable[[float], object]) -> Iterator[list[str]]:
    """A line for everything that is assumed of an answer."""
    key = key_of(service, None) if probe.keyed else None
    if probe.keyed and key is None:
        yield [probe.name, "all", "", f"{service.key_variables[0]} is not set", "-"]
        return

    def ask(call: Call) -> Answer:
        seen = sent(call)
        headers = {"etag": seen.headers.get("etag"), "size": whole_size(seen)}
        return Answer(call, seen.content, {"status": seen.status, **headers})

    def sent(call: Call) -> Seen:
        pause(turn(out / "cache", service.name, service.pace))
        received = send(service, call, key=key, until=time.monotonic() + PER_CALL)
        return Seen(call, received.status, received.content, received.headers)

    try:
        call = probe.call if isinstance(probe.call, Call) else probe.call(ask)
        kept = None if probe.keyed else stored.find(out / "cache", call)
        seen = Seen(call, kept.meta["status"], kept.content, of_meta(kept)) if kept else sent(call)
    except ta.TradeDataError as error:
        yield [probe.name, "an answer", "", redacted(f"{type(error).__name__}: {error}"[:200], key), "no"]
        return
    written(probe, seen, out, key)
    for one in probe.assumed:
        try:
            value = one.seen(seen)
        except (LookupError, TypeError, ValueError, AttributeError, ta.TradeDataError) as error:
            yield [probe.name, one.what, one.wanted, redacted(f"{type(error).__name__}: {error}"[:200], key), "no"]
        else:
            yield [
                probe.name,
                one.what,
                one.wanted,
                redacted(str(value)[:200], key),
                "yes" if one.agrees(value) else "no",
            ]


def whole_size(seen: Seen) -> int | None:
    size = seen.headers.get("content-range", "").partition("/")[2]
    return int(size) if size.isdigit() else None


def of_meta(kept: Answer) -> dict[str, str]:
    """The headers that are kept of a stored answer."""
    return {
        name: str(kept.meta[field])
        for name, field in (("etag", "etag"), ("last-modified", "last_modified"))
        if kept.meta.get(field)
    }


def written(probe: Probe, seen: Seen, out: Path, key: str | None) -> None:
    """An answer as it came, without the key, and beside it its address, status and headers."""
    name = re.sub(r"\W+", "_", probe.name)
    (out / f"{name}.body").write_bytes(seen.content if key is None else seen.content.replace(key.encode(), b"[key]"))
    about = {"address": seen.call.address, "status": seen.status, "headers": dict(seen.headers)}
    (out / f"{name}.json").write_text(redacted(json.dumps(about, indent=1), key), "utf-8")


if __name__ == "__main__":
    sys.exit(main())
