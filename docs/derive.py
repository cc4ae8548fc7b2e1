"""Write docs/gate.md from the rules and the list of faults: ``python docs/derive.py``."""

import csv
from pathlib import Path

from tradeanalysis.gate.catalogue import RULES

HERE = Path(__file__).parent


def faults() -> list[dict[str, str]]:
    """The faults, a row for each."""
    with (HERE / "faults.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def table(head: list[str], rows: list[list[str]]) -> str:
    """A table in Markdown; a bar in a text is no border."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def page() -> str:
    """The page as it has to be."""
    by_rule: dict[str, list[str]] = {id: [] for id in RULES}
    for fault in faults():
        for id in fault["rules"].split():
            by_rule[id].append(fault["fault"])
    handled = [fault for fault in faults() if not fault["how"].startswith("NOT YET")]
    rules = [
        [one.id, one.severity, one.catches, one.catches_vi, one.example, " ".join(by_rule[one.id])]
        for _, one in sorted(RULES.items())
    ]
    return f"""# The gate

What makes a wrong number is refused, or reported: by `ta.read` for files, by `ta.audit` for tables, and by every
measure for what it is given. Nothing is left out or changed silently: `ta.certificate` reports it. This page is written
by `docs/derive.py` from the rules (`ta.rules()`) and from [faults.csv](faults.csv).

An *error* is refused, since no right number can come; a *warning* says what to check, an *info* what was found or
corrected. By its size a finding may be more or less severe than its rule.

## Rules

{table(["rule", "severity", "catches", "bắt lỗi gì", "example", "faults"], rules)}

## Faults

{len(handled)} of the {
        len(faults())
    } faults that need no network are handled; each test named puts the fault in and looks what comes out.
Those of downloads (87 to 97) come with downloads.

{
        table(
            ["", "fault", "rules", "what happens", "tests"],
            [
                [one["fault"], one["what"], one["rules"], one["how"], ", ".join(f"`{t}`" for t in one["tests"].split())]
                for one in faults()
            ],
        )
    }
"""


if __name__ == "__main__":
    (HERE / "gate.md").write_text(page(), "utf-8")
