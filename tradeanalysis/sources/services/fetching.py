"""``ta.fetch``: the figures of a service as a trade table, checked like a file, with where each figure is from."""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
import warnings
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, overload

import pandas as pd

from tradeanalysis import names
from tradeanalysis.extras import need
from tradeanalysis.gate.findings import Finding, finding, warn
from tradeanalysis.output.progress import Progress, line_writer
from tradeanalysis.parameters import need_numbers, need_whole
from tradeanalysis.results import Result
from tradeanalysis.schema import EXPORT, FLOW, FLOWS, REPORTER, YEAR, DownloadError, TradeDataError, TradeDataWarning
from tradeanalysis.sources.load import name_columns
from tradeanalysis.sources.options import ReadOptions, chosen_years, options_of
from tradeanalysis.sources.raw import Raw
from tradeanalysis.sources.services.calls import ALL, Answer, Call, Query, Service, Spoiled
from tradeanalysis.sources.services.keys import hidden
from tradeanalysis.sources.services.known_services import NOT_FETCHED, SERVICES
from tradeanalysis.sources.services.service_names import address_of, no_economy, no_service
from tradeanalysis.sources.steps import table_of
from tradeanalysis.texts import Text

if TYPE_CHECKING:
    from tradeanalysis.sources.services.downloads import Download, Settings

BOTH = "both"
Flow = Literal["export", "import", "both"]
Refresh = Literal["stale"] | bool
# The folder of raw answers, the usual one, or none.
Cache = str | Path | Literal[False] | None
# The values of TRADEANALYSIS_OFFLINE by which services are called; any other says that they are not.
NOT_OFFLINE = ("", "0", "false", "no", "off")
# So much is said of an answer in the certificate.
FETCHED = ("url", "params", "fetched_at", "sha256", "rows", "release", "from_cache")


@dataclass(frozen=True, repr=False)
class DownloadPlan(Result):
    """The calls that a query takes, before any is made: ``table`` has their addresses, without a key.

    ``seconds`` is how long they take at least, at the pace that the service allows.
    """

    service: str
    calls: tuple[Call, ...]
    seconds: float
    table: pd.DataFrame = field(compare=False)
    words: Text = field(compare=False)

    def sentence(self, lang: str = "en") -> str:
        """How many calls there are, and how long they take at least."""
        return self.words.say(lang)

    def details(self) -> list[str]:
        """The addresses."""
        return [*self.table["url"]]

    def summary(self) -> str:
        """The sentence and the addresses, one a line."""
        return "\n".join([self.sentence(), *self.details()])


def service_and_reporter(path: object) -> tuple[str, str] | None:
    """The service and the economy that ``"comtrade:VNM"`` names; None where it is a file, or of another form.

    Examples
    --------
    >>> service_and_reporter("comtrade:VNM"), service_and_reporter("trade.csv")
    (('comtrade', 'VNM'), None)
    """
    return address_of(path) if isinstance(path, str) and not Path(path).exists() else None


@overload
def fetch(
    source: str,
    reporter: str | Collection[str],
    *,
    year: int | Collection[int] | str,
    flow: Flow = "export",
    partner: str | Collection[str] | None = None,
    product: str | Collection[str] | None = None,
    level: int | None = None,
    classification: str | None = None,
    key: str | None = None,
    refresh: Refresh = "stale",
    offline: bool | None = None,
    cache: Cache = None,
    deadline: float | None = None,
    progress: Progress = None,
    dry_run: Literal[True],
) -> DownloadPlan: ...
@overload
def fetch(
    source: str,
    reporter: str | Collection[str],
    *,
    year: int | Collection[int] | str,
    flow: Flow = "export",
    partner: str | Collection[str] | None = None,
    product: str | Collection[str] | None = None,
    level: int | None = None,
    classification: str | None = None,
    key: str | None = None,
    refresh: Refresh = "stale",
    offline: bool | None = None,
    cache: Cache = None,
    deadline: float | None = None,
    progress: Progress = None,
    dry_run: Literal[False] = False,
) -> pd.DataFrame: ...
def fetch(
    source: str,
    reporter: str | Collection[str],
    *,
    year: int | Collection[int] | str,
    flow: Flow = "export",
    partner: str | Collection[str] | None = None,
    product: str | Collection[str] | None = None,
    level: int | None = None,
    classification: str | None = None,
    key: str | None = None,
    refresh: Refresh = "stale",
    offline: bool | None = None,
    cache: Cache = None,
    deadline: float | None = None,
    progress: Progress = None,
    dry_run: bool = False,
) -> pd.DataFrame | DownloadPlan:
    """Fetch an economy's figures from a service of trade statistics, as a trade table with a certificate.

    What was fetched before is taken from the cache of raw answers; the rest is called for, one call at a time and at
    the pace that the service allows. The answers go through the same steps and checks as a file in ``ta.read``.

    Parameters
    ----------
    source
        ``"comtrade"`` (UN Comtrade), ``"baci"`` (CEPII), ``"wdi"`` (World Bank, GDP), ``"imf"`` (IMTS, once DOTS),
        ``"eurostat"`` (Comext), ``"wits"`` (TradeStats); ``docs/sources.md`` says which is for what.
    reporter
        The economy by code or name, in English or Vietnamese; several for services that allow it.
    year
        One, several (``range(2015, 2025)``), or ``"latest"``, which the certificate then names.
    flow
        ``"export"``, ``"import"`` or ``"both"``.
    partner
        One partner or several; all of them otherwise, with the World row as the control total.
    product
        Codes of products; all products together otherwise.
    level
        The digits of the product codes: 2, 4 or 6; totals otherwise.
    classification
        The nomenclature, such as ``"HS"``, ``"H6"`` or ``"HS12"``. Otherwise that of the service; years that differ in
        theirs are refused unless it is given.
    key
        The key of the service; otherwise ``COMTRADE_API_KEY`` of the environment. It is sent in a header to the service
        alone, and is in no message, log, certificate or cache.
    refresh
        ``"stale"`` calls again where the service may have newer figures; True always does, False never.
    offline
        Take what is in the cache, however old, and call nothing; ``TRADEANALYSIS_OFFLINE=1`` says so for all
        (0, false, no, off and nothing do not).
    cache
        The folder of raw answers; otherwise ``TRADEANALYSIS_CACHE``, or the user's folder for caches. False keeps
        nothing.
    deadline
        Seconds for the whole; what was answered until then is kept.
    progress
        None is silent, True writes lines to stderr, a function takes each line.
    dry_run
        Give the plan of calls and touch no net.

    Returns
    -------
    pandas.DataFrame
        A trade table in the currency of the service, as ``ta.read`` gives it; for ``"wdi"`` ``reporter, year, gdp``.
        Its certificate has ``service, licence, citation, asked_for, offline`` and ``fetched``: of each answer ``url,
        params, fetched_at, sha256, rows, release, from_cache``. With ``dry_run`` a ``DownloadPlan``.

    Raises
    ------
    DownloadError
        The service failed, refused, or has nothing; the message says what is stored and what to do.
    TradeDataError
        An argument is wrong, or the figures would make a wrong number.

    Examples
    --------
    >>> import tradeanalysis as ta
    >>> ta.fetch("comtrade", "Viet Nam", year=[2022, 2023], dry_run=True).calls[0].service
    'comtrade'
    """
    need_numbers("deadline", deadline=deadline)
    need_whole("level", level=level)
    key = hidden(key)  # so that no traceback with its variables shows it
    return fetched(
        source,
        reporter,
        {},
        year=year,
        flow=flow,
        partner=partner,
        product=product,
        level=level,
        classification=classification,
        key=key,
        refresh=refresh,
        offline=offline,
        cache=cache,
        deadline=deadline,
        progress=progress,
        dry_run=dry_run,
    )


def fetched(
    source: str,
    reporter: str | Collection[str],
    reading: Mapping[str, Any],
    *,
    year: int | Collection[int] | str | None = None,
    flow: str | None = EXPORT,
    partner: str | Collection[str] | None = None,
    product: str | Collection[str] | None = None,
    level: int | None = None,
    classification: str | None = None,
    key: str | None = None,
    refresh: Refresh = "stale",
    offline: bool | None = None,
    cache: Cache = None,
    deadline: float | None = None,
    progress: Progress = None,
    dry_run: bool = False,
) -> pd.DataFrame | DownloadPlan:
    """``fetch`` with further arguments of ``ta.read``, such as a rate, by which the cells are read."""
    service = _service(source)
    # Both need the extra ``download``, which a plan does too: it says which answers are stored.
    need(Text("needs_of_fetch"), "requests", "urllib3", "platformdirs")
    from tradeanalysis.sources.services.downloads import Settings
    from tradeanalysis.sources.services.keys import key_of
    from tradeanalysis.sources.services.stored import drop, folder_of

    secret = key_of(service, key)
    if refresh not in ("stale", True, False):
        raise TradeDataError(
            Text("choice_unknown", argument="refresh", given=repr(refresh), choices=["'stale'", "True", "False"])
        )
    refresh = refresh if refresh == "stale" else bool(refresh)  # 0 and 1 too
    query = Query(
        reporters=_economies(reporter, "reporter") or (),
        years=_years(year),
        flows=_flows(flow),
        partners=_economies(partner, "partner"),
        products=_products(product, classification),
        level=level,
        classification=classification,
        keyed=secret is not None,
    )
    folder = folder_of(cache)
    if dry_run:
        return plan_of(service, query, folder)
    silent = _offline(offline)
    until = float("inf") if deadline is None else time.monotonic() + deadline
    settings = Settings(secret, refresh, silent, folder, until, line_writer(progress))
    try:
        done = _gathered(service, query, settings)
    except DownloadError as error:
        if service.reading and not error.stored and _of_the_net(error):
            error.args = (Text("two_sentences", first=error.args[0], second=Text("without_net")),)
        raise
    for text in done.warnings:
        warnings.warn(TradeDataWarning(text), stacklevel=3)
    try:
        table = _table(service, query, done.answers, reading)
    except Spoiled as spoiled:
        for call in spoiled.calls:
            drop(folder, call)
        words = Text("download_failed", service=service.title, reason=spoiled.reason)
        raise DownloadError(words, service=service.name) from None
    given = {"source": service.name, **vars(query), "refresh": refresh}
    table.attrs["certificate"] |= {
        "service": service.name,
        "licence": service.licence,
        "citation": service.citation,
        "asked_for": {name: one for name, one in given.items() if one is not None and name != "keyed"} | dict(reading),
        "offline": silent,
        "fetched": [_of_answer(one) for one in done.answers],
    }
    return table


def _gathered(service: Service, query: Query, settings: Settings) -> Download:
    """The answers to a query; offline also those that were had with a key, without one now, and the reverse."""
    from tradeanalysis.sources.services.downloads import gather

    try:
        return gather(service, query, settings)
    except DownloadError:
        if settings.offline and service.key_variables:
            with contextlib.suppress(DownloadError):
                return gather(service, replace(query, keyed=not query.keyed), settings)
        raise


def of_named_service(named: tuple[str, str], options: ReadOptions, of_service: Mapping[str, Any]) -> Any:
    """What ``ta.read("comtrade:VNM", ...)`` gives: the arguments of ``fetch``, and those by which cells are read."""
    given = options.given()
    wrong = [name for name in ("reporter", "engine", "sheet", "header_rows", "delimiter") if getattr(options, name)]
    if wrong:
        raise TradeDataError(Text("not_of_service", argument=wrong[0], service=":".join(named)))
    year = options.year if options.year is not None else of_service.get("year")
    query: dict[str, Any] = {"year": year, "flow": options.flow, "level": options.level}
    reading = {name: one for name, one in given.items() if name not in query}
    reading |= {"tolerance": options.tolerance, "limit": options.limit}
    source, reporter = named
    return fetched(source, reporter, reading, **query, **of_service)


def plan_of(service: Service, query: Query, folder: Path | None) -> DownloadPlan:
    """The calls of a query as far as they are known without the net."""
    from tradeanalysis.sources.services.downloads import said_of_plan
    from tradeanalysis.sources.services.stored import find
    from tradeanalysis.sources.services.transport import base_of

    calls = _calls_of(service, query, folder)
    there = [folder is not None and find(folder, call) is not None for call in calls]
    table = pd.DataFrame({"url": [base_of(service) + call.address for call in calls], "stored": there})
    if any(call.range for call in calls):
        table.insert(1, "bytes", [f"{call.range[0]}-{call.range[1]}" if call.range else "" for call in calls])
    missing = [call for call, kept in zip(calls, there, strict=True) if not kept]
    return DownloadPlan(
        service.name, calls, len(missing) * service.pace, table, said_of_plan(service, missing, query.keyed)
    )


def _calls_of(service: Service, query: Query, folder: Path | None) -> tuple[Call, ...]:
    """The plan of a query by what is stored, where that is enough; otherwise what is known without any answer."""
    from tradeanalysis.sources.services.stored import find

    def stored(call: Call) -> Answer:
        if (found := find(folder, call)) is None:
            raise DownloadError(Text("offline_without", service=service.title, url=call.address), service=service.name)
        return found

    with contextlib.suppress(DownloadError):
        return tuple(service.plan(query, stored))
    return tuple(service.plan(query, None))


def _table(service: Service, query: Query, answers: Sequence[Answer], given: Mapping[str, Any]) -> pd.DataFrame:
    """The answers as a table: cells through the steps of reading, or what is finished as it is."""
    full = [one for one in answers if one.content]
    if not full:
        raise DownloadError(Text("nothing_there", service=service.title), service=service.name)
    cells = service.cells(query, full)
    sha256 = hashlib.sha256("".join(one.meta["sha256"] for one in full).encode()).hexdigest()
    name = f"{service.title}: {', '.join(query.reporters)}"
    notes = [*service.notes(query, full)] if service.notes else []
    if service.reading is None:
        cells.attrs["certificate"] = {"source": name, "sha256": sha256, "rows": len(cells), "notes": notes}
        cells.attrs["certificate"] |= service.facts
        return cells
    options: ReadOptions = options_of(**{**service.reading(query), **given})
    raw = Raw(cells, name, sha256, notes, "record")
    name_columns(raw)
    table = table_of(raw, options, stacklevel=4)
    table.attrs["certificate"] |= service.facts
    warn(_absent(query, table), stacklevel=4)
    return table


def _of_the_net(error: DownloadError) -> bool:
    """Whether no service was reached, so that what needs no net helps."""
    reason = getattr(error.args[0], "values", {}).get("reason", error.args[0])
    return error.status is None and getattr(reason, "key", "") in ("offline_without", "answer_broken", "answer_late")


def _absent(query: Query, table: pd.DataFrame) -> list[Finding]:
    """Which flows of a reporter have no row of a year that others have; years without any row are said on reading."""
    if query.reporters == (ALL,) or YEAR not in table:
        return []
    there = set(table[[REPORTER, FLOW, YEAR]].drop_duplicates().itertuples(index=False, name=None))
    years = sorted(set(table[YEAR]))
    gone = [(r, flow, y) for r in query.reporters for flow in query.flows for y in years if (r, flow, y) not in there]
    if not gone:
        return []
    places = [Text("place_of_flow", reporter=r, flow=Text(f"flow_{flow}"), year=str(y)) for r, flow, y in gone]
    return [finding("TA-136", "flows_absent", places=places, override="warning")]


def _of_answer(answer: Answer) -> dict[str, Any]:
    part = {"range": answer.meta["range"]} if answer.meta.get("range") else {}
    return {name: answer.meta.get(name) for name in FETCHED} | part


def _service(source: str) -> Service:
    name = str(source).lower()
    if name in NOT_FETCHED:
        raise TradeDataError(Text("service_not_fetched", service=name, there=[*SERVICES]))
    if name not in SERVICES:
        raise no_service(source)
    return SERVICES[name]


def _listed(given: Any) -> list[Any]:
    return [given] if isinstance(given, (str, int)) or not isinstance(given, Iterable) else [*given]


def _economies(given: str | Collection[str] | None, argument: str) -> tuple[str, ...] | None:
    """Codes of the economies that are named; what is a bloc or unknown is for the service to refuse or to take."""
    if given is None or _listed(given) == [ALL]:
        return (ALL,) if given is not None and argument == "reporter" else None  # all partners need no name
    found = names.resolve(listed := _listed(given))
    wrong = [one for one in listed if not found[one].code]
    if wrong or not listed:
        raise no_economy(argument, wrong or [given])
    return tuple(dict.fromkeys(str(found[one].code) for one in listed))


def _years(year: int | Collection[int] | str | None) -> tuple[int, ...] | None:
    if year is None:
        raise TradeDataError(Text("year_needed"))
    if isinstance(year, str):
        if year != "latest":
            raise TradeDataError(Text("year_no_number", given=repr(year)))
        return None
    return tuple(sorted(chosen_years(year) or ()))


def _flows(flow: str | None) -> tuple[str, ...]:
    if flow == BOTH:
        return FLOWS
    if flow is not None and flow not in FLOWS:
        words = [repr(one) for one in (*FLOWS, BOTH)]
        raise TradeDataError(Text("choice_unknown", argument="flow", given=repr(flow), choices=words))
    return (flow or EXPORT,)


def _products(product: str | Collection[str] | None, classification: str | None) -> tuple[str, ...] | None:
    if product is None:
        return None
    codes = [str(one) for one in _listed(product)]
    # A code read as a number has lost its zero, and would be that of another product; SITC and BEC have odd digits.
    other = str(classification).strip().upper().startswith(("S", "B4", "B5"))
    if not other and (halved := [one for one in codes if one.isdigit() and len(one) % 2]):
        raise TradeDataError(Text("product_digits", given=halved, right=[f"0{one}" for one in halved]))
    return tuple(codes)


def _offline(offline: bool | None) -> bool:
    if offline is not None:
        return offline
    return os.environ.get("TRADEANALYSIS_OFFLINE", "").strip().lower() not in NOT_OFFLINE
