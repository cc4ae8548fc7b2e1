"""The command line: read, one verb, write."""

from tradeanalysis.cli.commands import main

__all__ = ["main"]
