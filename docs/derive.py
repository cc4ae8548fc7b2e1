"""Write what is derived in the documentation: ``python docs/derive.py``.

gate.md from the rules and the list of faults, map.md from the first sentence of every module, and the tables of
measures, which stand between ``<!-- measures -->`` and ``<!-- /measures -->``, from the registry of measures.
"""

import ast
import csv
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tradeanalysis import measures
from tradeanalysis.gate.catalogue import RULES
from tradeanalysis.texts import catalogue

# A rule and the key of what it says, as they stand in a call.
_CALL = re.compile(r'"(TA-\d{3})",\s*f?"([a-z_{}]+)"')

HERE = Path(__file__).parent
ROOT = HERE.parent

# How the chapters of measures are called in the README of either language.
CHAPTERS = {
    "en": {},
    "vi": {"concentration": "tập trung", "inequality": "chênh lệch", "diversity": "đa dạng"},
}
HEADS = {"en": ["chapter", "measures"], "vi": ["nhóm", "chỉ số"]}


def faults() -> list[dict[str, str]]:
    """The faults, a row for each."""
    with (HERE / "faults.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown; a bar in a text is not a border."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def gate() -> str:
    """The page on the gate."""
    by_rule: dict[str, list[str]] = {id: [] for id in RULES}
    for fault in faults():
        for id in fault["rules"].split():
            by_rule[id].append(fault["fault"])
    handled = [fault for fault in faults() if not fault["how"].startswith("NOT YET")]
    rules = [
        [
            *(f"`{one.id}`", one.severity, one.catches, one.catches_vi, one.example),
            *(", ".join(f"`{fix}=`" for fix in one.fixes), " ".join(by_rule[one.id])),
        ]
        for _, one in sorted(RULES.items())
    ]
    return f"""# The gate

What makes a wrong number is refused or reported: by `ta.read` for files, by `ta.audit` for tables, and by every measure
for the values that it gets. Nothing is left out or changed silently: `ta.certificate` lists it. This page is written by
`docs/derive.py` from the rules (`ta.rules()`) and from [faults.csv](faults.csv).

An *error* is refused, since no right number can come of it; a *warning* says what to look at, an *info* what was found
or fixed. A finding may be more or less severe than its rule, by its size.

## Rules

{table(["rule", "severity", "catches", "bắt lỗi gì", "example", "ways out", "faults"], rules)}

A finding has its ways out as data: `Fix(argument, value, effect, safe)`, an argument of `ta.read` with its whole value
and what it does to this table. `safe` says that it cannot change an index of what remains, or is the only reading.

## What is said

Braces are filled from the table; double brackets are arguments, which a command writes as options.

{table(["rule", "English", "tiếng Việt"], wording())}

## Faults

{len(handled)} of the {
        len(faults())
    } faults that need no network are handled; each test named puts the fault in and checks
the result. Those of downloads (87 to 97) come with downloads.

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


def wording() -> list[list[str]]:
    """What each rule says, and what to do about it, in both languages."""
    keys: dict[str, set[str]] = {id: set() for id in RULES}
    for path in (ROOT / "tradeanalysis").rglob("*.py"):
        for id, key in _CALL.findall(path.read_text("utf-8")):
            # A key with a part that is filled in stands for all that begin and end like it.
            form = re.compile(re.sub(r"\{.*?\}", "[a-z_]+", key))
            keys[id] |= {one for one in catalogue("en") if form.fullmatch(one)}
    said = {lang: catalogue(lang) for lang in ("en", "vi")}
    return [
        [f"`{id}`", *(" ".join(filter(None, [said[lang][key], said[lang].get(f"{key}_fix")])) for lang in said)]
        for id, found in sorted(keys.items())
        for key in sorted(found)
    ]


def purpose(path: Path) -> str:
    """The first sentence of a module: what it is for."""
    text = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
    return " ".join(text.split("\n\n")[0].split()).replace("``", "`")


def map_of_files() -> str:
    """Every file of the package in one line."""
    package = ROOT / "tradeanalysis"
    lines = ["# Every file in one line", "", "Written by `docs/derive.py` from the first sentence of every module."]
    folders = [package, *sorted(path.parent for path in package.rglob("*/__init__.py"))]
    for folder in folders:
        name = folder.relative_to(ROOT).as_posix()
        said = purpose(folder / "__init__.py")
        files = [path for path in sorted(folder.glob("*.py")) if path.name != "__init__.py"]
        lines += ["", f"## {name}/", "", said]
        lines += ["", table(["file", "what it is for"], [[f"`{path.name}`", purpose(path)] for path in files])]
    return "\n".join(lines) + "\n"


def registered() -> list[dict[str, Any]]:
    """The registry of measures, a row for each."""
    return list(measures.registry().to_dict("records"))


def called(one: dict[str, Any]) -> str:
    """A measure as it is written: ``hhi``, or ``hill(q)`` for one that takes a parameter."""
    parameter = one["parameter"]
    return f"`{one['name']}({parameter})`" if isinstance(parameter, str) and parameter else f"`{one['name']}`"


def by_chapter(rows: list[dict[str, Any]], lang: str) -> str:
    """The measures of each chapter in a row, for the READMEs."""
    chapters = {one["chapter"]: [] for one in rows}
    for one in rows:
        chapters[one["chapter"]].append(called(one))
    named = CHAPTERS[lang]
    return table(HEADS[lang], [[named.get(chapter, chapter), ", ".join(ones)] for chapter, ones in chapters.items()])


def in_full(rows: list[dict[str, Any]]) -> str:
    """A row for each measure, for the site."""
    rises = {"True": "rises", "False": "falls"}
    lines = [
        [
            called(one),
            re.split("[:,]? :math:", one["summary"])[0],
            one["range"],
            rises.get(str(one["rises_with_concentration"]), ""),
        ]
        for one in rows
    ]
    return table(["measure", "what it is", "range", "with concentration"], lines)


def between_marks(path: Path, derived: str) -> str:
    """The page with the table between its marks."""
    marks = re.compile(r"(<!-- measures -->\n).*?(\n<!-- /measures -->)", re.DOTALL)
    return marks.sub(lambda found: f"{found[1]}{derived}{found[2]}", path.read_text("utf-8"))


def pages() -> dict[Path, str]:
    """Every page that is derived, as it has to be."""
    found = {HERE / "gate.md": gate(), HERE / "map.md": map_of_files()}
    rows = registered()
    tables = {"README.md": by_chapter(rows, "en"), "README.vi.md": by_chapter(rows, "vi")}
    for name, derived in {**tables, "docs/site/measures.md": in_full(rows)}.items():
        found[ROOT / name] = between_marks(ROOT / name, derived)
    return found


if __name__ == "__main__":
    for page, text in pages().items():
        page.write_text(text, "utf-8")
