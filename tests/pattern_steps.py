"""How many steps a regular expression takes on a text: a matcher that goes back as Python's does, and counts.

The engine of Python does not say how far it went; a clock says something about the machine. Here the tree into which
``re`` parses a pattern is walked with the same rules (greedy, lazy, alternatives in order), and every character that is
looked at is one step. A pattern is linear where twice the text takes about twice the steps.
"""

import ast
import importlib
import re
import re._constants as op
import re._parser as parser
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

sys.setrecursionlimit(40_000)
SINGLE = (op.LITERAL, op.NOT_LITERAL, op.ANY, op.IN)
# Functions that look everywhere in a text, at its start, and from its start to its end.
EVERYWHERE, AT_START, WHOLE = ("search", "findall", "finditer", "sub", "subn", "split"), ("match",), ("fullmatch",)


class Steps:
    """The walk of one pattern over one text; it stops where it has taken ``most`` steps."""

    def __init__(self, pattern: re.Pattern, most: int = 40_000) -> None:
        source = pattern.pattern.decode("latin-1") if isinstance(pattern.pattern, bytes) else pattern.pattern
        self.flags = pattern.flags
        self.tree = list(parser.parse(source, pattern.flags & ~re.UNICODE if isinstance(pattern.pattern, bytes) else 0))
        if not isinstance(pattern.pattern, bytes):
            self.tree = list(parser.parse(source, pattern.flags & (re.I | re.S | re.M | re.X)))
        self.most, self.count, self.text = most, 0, ""
        self.groups: dict[int, str] = {}

    def of(self, text: str, use: str) -> int:
        """The steps over a text, as the function of ``re`` goes that is named ``use``."""
        self.text, self.count, at = text, 0, 0
        while at <= len(text) and self.count <= self.most:
            self.groups, ends = {}, [at + 1]

            def then(to: int, ends: list[int] = ends) -> bool:
                ends.append(to)
                return use not in WHOLE or to == len(text)

            found = self._walk(self.tree, 0, at, then)
            at = max(at + 1, ends[-1]) if found else at + 1
            if use not in EVERYWHERE:
                break
        return self.count

    def _walk(self, nodes: list, i: int, at: int, then: Callable[[int], bool]) -> bool:
        self.count += 1
        if self.count > self.most:
            return True
        if i == len(nodes):
            return then(at)
        kind, given = nodes[i]

        def rest(to: int) -> bool:
            return self._walk(nodes, i + 1, to, then)

        if kind in SINGLE:
            return at < len(self.text) and self._is(kind, given, self.text[at]) and rest(at + 1)
        if kind == op.SUBPATTERN:
            number, inner = given[0], list(given[3])

            def closed(to: int) -> bool:
                self.groups[number] = self.text[at:to]
                return rest(to)

            return self._walk(inner, 0, at, closed)
        if kind == op.BRANCH:
            return any(self._walk(list(one), 0, at, rest) for one in given[1])
        if kind in (op.MAX_REPEAT, op.MIN_REPEAT):
            least, most, body = given[0], given[1], list(given[2])
            if len(body) == 1 and body[0][0] in SINGLE:
                return self._run(kind, least, most, body[0], at, rest)
            return self._repeat(kind, least, most, body, at, rest, 0)
        if kind in (op.ASSERT, op.ASSERT_NOT):
            back, inner = given[0] < 0, list(given[1])
            width = parser.SubPattern(given[1].state, inner).getwidth()[0] if back else 0
            found = at >= width and self._walk(inner, 0, at - width, lambda to: True)
            return rest(at) if found == (kind == op.ASSERT) else False
        if kind == op.AT:
            return self._at(given, at) and rest(at)
        if kind == op.GROUPREF:
            same = self.text.startswith(self.groups.get(given, ""), at)
            return same and rest(at + len(self.groups.get(given, "")))
        raise NotImplementedError(kind)

    def _run(self, kind: object, least: int, most: int, one: tuple, at: int, rest: Callable[[int], bool]) -> bool:
        """A repeat of single characters."""
        longest = at
        while longest < len(self.text) and longest - at < most and self._is(one[0], one[1], self.text[longest]):
            longest, self.count = longest + 1, self.count + 1
            if kind == op.MIN_REPEAT and longest - at > least and rest(longest - 1):
                return True
        ends = range(longest, at + least - 1, -1) if kind == op.MAX_REPEAT else [longest] * (longest - at >= least)
        return any(self.count > self.most or rest(to) for to in ends)

    def _repeat(
        self, kind: object, least: int, most: int, body: list, at: int, rest: Callable[[int], bool], done: int
    ) -> bool:
        def again() -> bool:
            def more(to: int) -> bool:
                return to > at and self._repeat(kind, least, most, body, to, rest, done + 1)

            return done < most and self._walk(body, 0, at, more)

        if done < least:
            return self._walk(body, 0, at, lambda to: self._repeat(kind, least, most, body, to, rest, done + 1))
        return (again() or rest(at)) if kind == op.MAX_REPEAT else (rest(at) or again())

    def _at(self, where: object, at: int) -> bool:
        text, multi = self.text, self.flags & re.M
        if where in (op.AT_BEGINNING, op.AT_BEGINNING_STRING):
            return at == 0 or bool(multi and where == op.AT_BEGINNING and text[at - 1] == "\n")
        if where in (op.AT_END, op.AT_END_STRING):
            return at == len(text) or (where == op.AT_END and (text[at:] == "\n" or bool(multi and text[at] == "\n")))
        before, after = at > 0 and _word(text[at - 1]), at < len(text) and _word(text[at])
        return (before != after) == (where == op.AT_BOUNDARY)

    def _is(self, kind: object, given: object, char: str) -> bool:
        if kind == op.ANY:
            return char != "\n" or bool(self.flags & re.S)
        if kind in (op.LITERAL, op.NOT_LITERAL):
            return self._same(given, char) == (kind == op.LITERAL)
        negated = given[0][0] == op.NEGATE
        return negated != any(self._in(what, value, char) for what, value in given if what != op.NEGATE)

    def _in(self, what: object, value: object, char: str) -> bool:
        if what == op.LITERAL:
            return self._same(value, char)
        if what == op.RANGE:
            forms = {char, char.lower(), char.upper()} if self.flags & re.I else {char}
            return any(len(one) == 1 and value[0] <= ord(one) <= value[1] for one in forms)
        name = str(value)
        of = {"DIGIT": str.isdecimal, "SPACE": str.isspace, "WORD": _word}[name.rsplit("_", 1)[-1]]
        return of(char) != ("NOT" in name)

    def _same(self, code: int, char: str) -> bool:
        return chr(code) == char or bool(self.flags & re.I and chr(code).lower() == char.lower())


def _word(char: str) -> bool:
    return char.isalnum() or char == "_"


def samples(pattern: re.Pattern) -> list[str]:
    """Characters that the parts of a pattern match, one of each part."""
    walk = Steps(pattern)
    pool = [*"a1A0 ,.;-/(\"'=<>é\u00a0Ãä\n_x%:[", "\t"]

    def of(nodes: list) -> Iterator[str]:
        for kind, given in nodes:
            if kind in SINGLE:
                if kind == op.LITERAL:
                    yield chr(given)
                else:
                    literal = [chr(value) for what, value in given if what == op.LITERAL] if kind == op.IN else []
                    yield next((one for one in [*pool, *literal] if walk._is(kind, given, one)), "a")
            elif kind == op.SUBPATTERN:
                yield from of(list(given[3]))
            elif kind == op.BRANCH:
                for one in given[1]:
                    yield from of(list(one))
            elif kind in (op.MAX_REPEAT, op.MIN_REPEAT):
                yield from of(list(given[2]))
            elif kind in (op.ASSERT, op.ASSERT_NOT):
                yield from of(list(given[1]))

    return list(of(walk.tree))[:24]


def growth(pattern: re.Pattern, use: str, length: int = 64) -> tuple[float, str]:
    """How many times as many steps twice the text takes at most, and the text of which."""
    walk, found, chars = Steps(pattern), (0.0, ""), samples(pattern)
    starts = ["".join(chars[:end]) for end in (2, 3, 5, 8, len(chars))]
    for unit in dict.fromkeys([*chars[:12], *starts]):
        for end in ("\x01", ""):
            once, twice = (walk.of(unit * (n // len(unit) + 1) + end, use) for n in (length, 2 * length))
            if twice > walk.most:
                return float("inf"), unit + end
            if twice > 12 * length:
                found = max(found, (twice / once, unit + end))
    return found


def patterns(package: Path, name: str) -> Iterator[tuple[str, re.Pattern, str]]:
    """Every regular expression of a package: where it stands, itself, and the function that it is used by."""
    for path in sorted(package.rglob("*.py")):
        text = path.read_text("utf-8")
        if "import re\n" not in text:
            continue
        module = importlib.import_module(".".join([name, *path.relative_to(package).with_suffix("").parts]))
        for node in ast.walk(ast.parse(text)):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
                continue
            of_re = isinstance(node.func.value, ast.Name) and node.func.value.id == "re"
            if of_re and node.func.attr != "compile" and isinstance(node.args[0], ast.Constant):
                given = ast.unparse(node)
                flags = (re.I if "re.I" in given else 0) | (re.S if "re.DOTALL" in given else 0)
                yield f"{path.name}:{node.lineno}", re.compile(node.args[0].value, flags), node.func.attr
        for key, value in vars(module).items():
            several = isinstance(value, (list, tuple, dict))
            each = value.values() if isinstance(value, dict) else value if several else [value]
            for one in [one for one in each if isinstance(one, re.Pattern)]:
                uses = set(re.findall(rf"\b{key}\.(\w+)\(", text)) or {"search"}
                if several:  # used by the name of a loop
                    uses = set(
                        re.findall(r"\b(?:one|pattern|found)\.(search|findall|match|fullmatch|sub)\(", text)
                    ) or {"search"}
                uses &= {*EVERYWHERE, *AT_START, *WHOLE}
                uses = uses or {"search"}
                yield f"{path.name}:{key}", one, min(uses, key=lambda use: (*EVERYWHERE, *AT_START, *WHOLE).index(use))
