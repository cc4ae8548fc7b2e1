"""What a command reads: the arguments that were given or answered, the certificate, and the notes on it."""

from __future__ import annotations

import argparse
import contextlib
import sys
from typing import Any

import pandas as pd

import tradeanalysis as ta
from tradeanalysis.cli.arguments import reading
from tradeanalysis.texts import LayoutName, Text, said, say


def given_arguments(options: argparse.Namespace) -> dict[str, Any]:
    """The arguments of ``ta.read``: what was given, and what was answered."""
    answers: dict[str, Any] | None = getattr(options, "answers", None)
    return reading(options) if answers is None else answers


def certificate_of(table: Any, path: str) -> dict[str, Any] | None:
    """The certificate of a table; of a lazy one, what ``ta.ingest`` wrote beside it."""
    if isinstance(table, pd.DataFrame):
        return ta.certificate(table)
    with contextlib.suppress(ta.TradeDataError):
        return ta.certificate(path)
    return None


def print_notes(certificate: dict[str, Any] | None, lang: str) -> None:
    """Print to stderr what was read, and what was done to it."""
    if certificate is None:
        return
    name, rows = certificate["layout"], certificate["rows"]
    lines = [Text("note_read", source=certificate["source"], layout=LayoutName(name), rows=rows)]
    lines += [Text("rows_left_out", rows=one["rows"], reason=one["reason"]) for one in certificate["dropped"]]
    lines += [Text("note_issue", **one) for one in certificate["issues"] if one["severity"] == "info"]
    lines += certificate["notes"]
    if share := certificate["unallocated_share"]:
        lines.append(Text("note_unallocated", share=float(share)))
    for line in lines:
        print(say("note", lang, text=said(line, lang, "command")), file=sys.stderr)
