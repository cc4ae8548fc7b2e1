"""What is requested of a service, as data: a query in our words, the calls that answer it, and what came back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal
from urllib.parse import quote, urlencode

import pandas as pd

# The reporters or partners of a query that names none: every economy.
ALL = "all"


@dataclass(frozen=True)
class Query:
    """What ``ta.fetch`` was given, validated: codes are ISO3, years are numbers (None is the latest)."""

    reporters: tuple[str, ...]
    years: tuple[int, ...] | None
    flows: tuple[str, ...]
    partners: tuple[str, ...] | None = None
    products: tuple[str, ...] | None = None
    level: int | None = None
    classification: str | None = None
    # Whether a key is at hand: without one some services answer less, and call by call.
    keyed: bool = False


@dataclass(frozen=True)
class Call:
    """One request: where, with which parameters, and what is known of its answer before it is sent.

    ``url`` is the address without the key, which only the transport adds.
    """

    service: str
    path: str
    params: tuple[tuple[str, str], ...] = ()
    body: str | None = None
    accept: str = "application/json"
    # The number of rows at which the service cuts an answer without a word.
    cap: int | None = None
    # What the answer is: trade ("data"), what there is ("availability"), or a list of codes ("list").
    kind: Literal["data", "availability", "list"] = "data"
    # The bytes of a file that are wanted, first and last.
    range: tuple[int, int] | None = None
    # The whole file before its bytes: their ETag must be this one.
    etag: str | None = None
    # What the service needs to read the answer and to divide the call, such as its years or products.
    about: Mapping[str, Any] = field(default_factory=dict, compare=False, hash=False)

    @property
    def address(self) -> str:
        """Path and parameters, as they follow the base of the service."""
        path = quote(self.path, safe="/:.,+*~;@()%=-_")
        return f"{path}?{urlencode(self.params, safe=',:;+*[]')}" if self.params else path

    @property
    def key(self) -> str:
        """The name of its answer in the cache: 24 digits of a hash of the whole request."""
        request = [self.service, self.path, sorted(self.params), self.body, self.accept, self.range]
        return hashlib.sha256(json.dumps(request).encode()).hexdigest()[:24]

    def with_(self, **changes: Any) -> Call:
        """The call with other fields; ``params`` are merged into those it has."""
        if "params" in changes:
            changes["params"] = tuple((dict(self.params) | dict(changes["params"])).items())
        return replace(self, **changes)


@dataclass(frozen=True)
class Answer:
    """The raw answer to a call, and what is known of it: see ``stored.META``."""

    call: Call
    content: bytes
    meta: Mapping[str, Any]


# How a service asks for what there is, before it plans: the answer from the cache or the net.
Ask = Callable[[Call], Answer]


class Cut(Exception):
    """An answer that may have been cut at the cap of the service: it is divided, and never taken."""


class Spoiled(Exception):
    """Answers that prove damaged once they are together: they are taken out of the cache, so that they come anew."""

    def __init__(self, calls: Sequence[Call], reason: str) -> None:
        super().__init__(reason)
        self.calls, self.reason = tuple(calls), reason


@dataclass(frozen=True)
class Service:
    """One service: where it is, how it is called, and the functions that plan its calls and read its answers."""

    name: str
    title: str
    base: str
    # Further hosts that may be called, to which no key is sent.
    hosts: tuple[str, ...]
    # Seconds between the starts of two calls.
    pace: float
    # Days for which an answer of each kind is taken from the cache without a question; None is for ever.
    fresh_days: Mapping[str, float | None]
    licence: str
    citation: str
    # The calls that answer a query; ``ask`` is None where no net may be touched (``dry_run``).
    plan: Callable[[Query, Ask | None], Sequence[Call]]
    # Refuse what is no answer (DownloadError) or may be cut (Cut); the number of rows otherwise.
    check: Callable[[Call, bytes], int]
    # The smaller calls that make up one; DownloadError where it cannot be divided.
    divide: Callable[[Call], Sequence[Call]]
    # All answers as one table of cells under the headings of the service, for the steps of ``ta.read``; or, where
    # ``reading`` is None, the finished table of what is not trade, such as GDP.
    cells: Callable[[Query, Sequence[Answer]], pd.DataFrame]
    # The arguments of ``ta.read`` with which the cells are read.
    reading: Callable[[Query], Mapping[str, Any]] | None
    # Whether a stored answer is still what the service has; None leaves it to ``fresh_days``.
    still: Callable[[Answer, Ask], bool | None] | None = None
    # The release of an answer: its version, or when the service says that it was last changed.
    release: Callable[[Call, bytes], str | None] | None = None
    # Whether a status and a body say that there are no rows, which is not a failure.
    nothing: Callable[[int, bytes], bool] | None = None
    # Whether the service confirms that an answer without rows is one: there is nothing to be had.
    confirms_empty: Callable[[Call, Ask], bool] | None = None
    # What a status and a body mean, where the service has words of its own; None leaves it to ``downloads``.
    explain: Callable[[int, bytes, Mapping[str, str]], str | None] | None = None
    # Where a service prepares an answer, the call by which it is had: of the call, and of what came last.
    later: Callable[[Call, bytes], Call | None] | None = None
    # What should be known of the answers, for the certificate; and what holds for all of them.
    notes: Callable[[Query, Sequence[Answer]], Sequence[str]] | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    # The total of the values by year, by which a revision is measured.
    totals: Callable[[Answer], Mapping[int, float]] | None = None
    # Where the key is looked for, and the header (or else the parameter) in which it goes.
    key_variables: tuple[str, ...] = ()
    key_header: str | None = None
    # Calls a day without payment, for the line that says how long it takes.
    daily: int | None = None
