"""One idea has one word: those that docs/glossary.md does not use stand in no public name, file name or message."""

import ast
import importlib
import inspect
import re
import tomllib
from pathlib import Path

import tradeanalysis as ta

PACKAGE = Path(ta.__file__).parent
ROOMS = sorted(path.parent.name for path in PACKAGE.glob("*/__init__.py"))
SOURCES = sorted(PACKAGE.rglob("*.py"))


def rows(heading):
    """The rows of the table below a heading of the glossary, without its head."""
    text = (PACKAGE.parent / "docs" / "glossary.md").read_text("utf-8")
    section = re.split(r"^## ", text, flags=re.MULTILINE)
    (found,) = [part for part in section if part.startswith(f"{heading}\n")]
    lines = [line.strip("| ") for line in found.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.split(" | ")] for line in lines[2:]]


STEMS = [stem for stems, _ in rows("Words that are not used") for stem in stems.split(", ")]
BANNED = re.compile(rf"\b({'|'.join(map(re.escape, STEMS))})\b", re.IGNORECASE)


def named(text):
    """The words that are not used, in a message; what stands in braces is a field and not a word."""
    return [found[0] for found in BANNED.finditer(re.sub(r"\{[^{}]*\}", "", text))]


def messages(path):
    """Every text of a module outside its docstrings, with its line."""
    tree = ast.parse(path.read_text("utf-8"))
    docs = set()
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)) and node.body:
            first = node.body[0]
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                docs.add(id(first.value))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
            yield node.lineno, node.value


def test_the_glossary_is_whole():
    words = rows("Words")
    assert len(words) >= 40
    assert all(len(row) == 3 and all(row) for row in words)
    assert len({row[0] for row in words}) == len(words)
    assert {"told", "asked", "mend", "grave", "held", "borne", "untold", "nobody", "reckon"} <= set(STEMS)


def test_public_names_and_parameters_are_standard_words():
    found = set()
    for room in ("", *(f".{room}" for room in ROOMS), ".names"):
        module = importlib.import_module(f"tradeanalysis{room}")
        for name in getattr(module, "__all__", ()):
            thing = getattr(module, name)
            parts = [name]
            if inspect.isfunction(thing):
                parts += inspect.signature(thing).parameters
            elif inspect.isclass(thing):
                parts += [one for one in vars(thing) if not one.startswith("_")]
            found |= {f"{name}: {part}" for part in parts if BANNED.search(part.replace("_", " "))}
    assert found == set()


def test_names_of_files_are_standard_words():
    paths = [*PACKAGE.rglob("*.py"), *(PACKAGE.parent / "docs").rglob("*.md")]
    assert [path for path in paths if BANNED.search(path.stem.replace("_", " "))] == []


def test_messages_are_in_standard_words():
    found = {}
    for path in SOURCES:
        wrong = [(line, named(text), text[:80]) for line, text in messages(path) if named(text)]
        if wrong:
            found[str(path.relative_to(PACKAGE))] = wrong
    assert found == {}


def test_the_catalogue_for_readers_is_in_standard_words():
    with (PACKAGE / "texts" / "en.toml").open("rb") as file:
        texts = tomllib.load(file)
    assert {key: named(text) for key, text in texts.items() if isinstance(text, str) and named(text)} == {}
