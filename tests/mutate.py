"""Take out one rule after the other and see a test fail: ``python tests/mutate.py [TA-104 ...]``; about ten minutes.

In a copy of the package every statement that names the rule is taken out, save in the catalogue. A rule whose loss no
test notices is printed as NOT NOTICED, and the exit code is 1.
"""

import ast
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tradeanalysis.gate.catalogue import RULES

HERE = Path(__file__).parent
PACKAGE = HERE.parent / "tradeanalysis"
TESTS = ("gate", "audit", "gate_of_files", "sources", "files", "sheets", "measures_on_tables")


class WithoutRule(ast.NodeTransformer):
    """Take out the smallest statements, and the entries of tables, that name a rule."""

    def __init__(self, rule: str):
        self.rule, self.sites = rule, 0

    def names(self, node: ast.AST) -> bool:
        return any(
            isinstance(one, ast.Constant) and isinstance(one.value, str) and self.rule in one.value
            for one in ast.walk(node)
        )

    def visit_Tuple(self, node: ast.Tuple) -> ast.AST:
        kept = [one for one in node.elts if not (isinstance(one, ast.Tuple) and self.names(one))]
        self.sites += len(node.elts) - len(kept)
        node.elts = kept
        return self.generic_visit(node)

    def visit_List(self, node: ast.List) -> ast.AST:
        kept = [one for one in node.elts if not (isinstance(one, ast.Call) and self.names(one))]
        self.sites += len(node.elts) - len(kept)
        node.elts = kept
        return self.generic_visit(node)

    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        if isinstance(node.value, ast.Constant):  # a docstring
            return node
        return self.simple(node)

    def simple(self, node: ast.stmt) -> ast.AST:
        node = self.generic_visit(node)
        if not self.names(node):
            return node
        self.sites += 1
        return ast.copy_location(ast.Pass(), node)

    visit_Raise = visit_AugAssign = simple


def without(rule: str, folder: Path) -> int:
    """Write the package without a rule, and give the number of places it was taken from."""
    sites = 0
    for path in sorted(PACKAGE.rglob("*.py")):
        copy = folder / "tradeanalysis" / path.relative_to(PACKAGE)
        text = path.read_text("utf-8")
        if rule in text and path.name != "catalogue.py":
            mutant = WithoutRule(rule)
            tree = ast.fix_missing_locations(mutant.visit(ast.parse(text)))
            copy.write_text(ast.unparse(tree), "utf-8")
            sites += mutant.sites
    return sites


def noticed(folder: Path) -> bool:
    """Whether a test fails on the package in this folder."""
    files = [str(path) for name in TESTS if (path := HERE / f"test_{name}.py").exists()]
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-c",
        str(HERE.parent / "setup.cfg"),
        "-x",
        "-q",
        "-p",
        "no:cacheprovider",
        "-k",
        "not pyspark and not panel",
    ]
    done = subprocess.run(
        [*command, *files],
        env=os.environ | {"PYTHONPATH": str(folder)},
        cwd=folder,  # where python -m looks first
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode == 1


def main(rules: list[str]) -> int:
    missed = 0
    for rule in ["no rule", *(rules or sorted(RULES))]:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            shutil.copytree(PACKAGE, folder / "tradeanalysis")
            (folder / "data").symlink_to(HERE.parent / "data")
            sites = without(rule, folder)
            seen = noticed(folder)
        if rule == "no rule":
            if seen:
                sys.exit("the tests fail on the package as it is")
            continue
        missed += not seen
        print(f"{rule} in {sites} places: {'noticed' if seen else 'NOT NOTICED'}", flush=True)
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
