"""The command line: ``main`` runs a command; what it needs is imported when it runs, and Ctrl-C is heeded before."""

from __future__ import annotations

from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; 0 where it succeeded, 2 where the input is at fault, 130 where it was stopped."""
    try:
        from tradeanalysis.cli.commands import main as run
    except KeyboardInterrupt:  # libraries take a second, in which nothing was begun
        return 130
    return run(arguments)


__all__ = ["main"]
