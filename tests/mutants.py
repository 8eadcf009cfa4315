"""Does some test notice? The engine's source, broken in small ways, one way at a time: ``python -m tests.mutants``.

A mutant is the package with one change: another comparison or operator, another number or word, ``and`` for ``or``, a
condition turned around, the branches of a choice exchanged, a statement left out; in `ops` also within the texts of
the rows. Mutants of the table and of the code generator have their own ``_generated.py``, so that not the test for a
stale one kills them. A mutant is killed when a test fails, or never comes to its end; one that survives stands for a
test that is missing, or changes nothing that could be noticed (`mutation.md` says which).

Not changed: annotations, docstrings, the words of errors, and what an operation is about. Where one way to compute ends
and another begins, both are right, and nobody can tell ``<`` from ``<=``: so next to such a limit (a number below 1e-10
or from 1e10 on, or a name of `LIMITS`) these two are not exchanged. The limit itself is moved, and far, and the test as
a whole is turned around like any other; in JavaScript only operators are changed.

`--most` mutants are taken of each module, evenly and the same every time. The tests of a module run in the order of
`PLANS`, the quickest first.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import zip_longest
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parent.parent
PACKAGE = "autograd_scalar"
CPU_SECONDS, WALL_SECONDS = 60, 600  # for one run of pytest; whoever needs more will never come to an end

LEFT_OUT = (  # tests that watch over depth and time would be most of the run; two need hypothesis to shrink
    "not million and not long_chain and not far_out and not eight_threads and not hundred_thousand"
    " and not shrinks and not is_a_call"
)
PLANS = {  # of each file, the runs of pytest, one after the other: test files, and which of their tests, where not all
    "ops": ["ops errors", "value transforms backward", "kinks formula typed", "laws"],
    "validation": ["ops", "errors strategies"],
    "helpers": ["ops laws transforms", "accuracy only sum or prod or dot or mean or maximum or minimum or logsumexp"],
    "value": ["value backward", "errors modes graph ops copies anomaly", "laws"],
    "recording": ["value errors modes ops", "anomaly copies transforms arrays kinks", "laws"],
    "graph": ["graph backward value", "copies anomaly transforms modes"],
    "backward": ["backward graph value", "anomaly errors trace"],
    "flat": ["copies", "laws value"],
    "transforms": [
        "transforms",
        "expressions anomaly laws",
        "reasons",
        "custom",
        "accuracy only gradient_as_a_graph or second_derivatives",
    ],
    "anomaly": ["anomaly"],
    "codegen/documentation": ["ops", f"{PACKAGE}/_generated.py"],
    "codegen/javascript": ["expressions", "javascript", "custom"],
    "codegen/floats.js": ["javascript"],
    "codegen/number.js": ["javascript"],
    "codegen/replay.js": ["javascript"],
}
CODEGEN = [
    "ops errors",
    "expressions",
    "value transforms copies backward",
    "custom",
    "javascript",
    "laws",
    "accuracy only every_way or nan_in",
]
STEPS = list(dict.fromkeys([*(step for plan in PLANS.values() for step in plan), *CODEGEN]))
OF_THE_ROW = "accuracy errors transforms"  # where a row was changed: of these, the tests of its name come first
MODULES = [
    "ops",
    "validation",
    "helpers",
    "value",
    "recording",
    "graph",
    "backward",
    "flat",
    "transforms",
    "anomaly",
    "codegen",
]

SWAPPED: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.And: ast.Or, ast.Or: ast.And,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.Pow: ast.Mult,
    ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr, ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult,
}  # fmt: skip
LIMITS = ("FAR", "FEW", "NEAR", "SMALLEST_NORMAL")  # between two ways to compute
ORDER = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
IN_JAVASCRIPT = (
    (" < ", " <= "), (" <= ", " < "), (" > ", " >= "), (" >= ", " > "), (" === ", " !== "), (" !== ", " === "),
    (" && ", " || "), (" || ", " && "), (" + ", " - "), (" - ", " + "), (" * ", " / "), (" / ", " * "),
    (" += ", " -= "), ("return -", "return "), ("Infinity", "NaN"),
)  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """One change: the file, its line, the text from `start` to `end` (in bytes), and what stands there instead."""

    file: str
    line: int
    start: int
    end: int
    old: str
    new: str
    row: str = ""

    def __str__(self) -> str:
        shown = [" ".join(one.split()) for one in (self.old, self.new)]
        where = f"{self.file}:{self.line}" + (f" ({self.row})" if self.row else "")
        return f"{where}: " + "  →  ".join(one if len(one) <= 90 else one[:87] + "…" for one in shown)

    def applied(self, source: bytes) -> bytes:
        return source[: self.start] + self.new.encode() + source[self.end :]


# ---------------------------------------------------------------------------------------------------- making mutants


def is_limit(node: ast.AST) -> bool:
    """Whether this is a number between two ways to compute."""
    match node:
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return is_limit(operand)
        case ast.Name(id=name):
            return name in LIMITS
        case ast.Constant(value=float(value)):
            return bool(value) and not 1e-10 < abs(value) < 1e10
    return False


def variants(node: ast.AST) -> Iterator[ast.expr]:
    """The expressions that `node` is changed into."""
    match node:
        case ast.Compare(left=left, ops=operators, comparators=terms):
            for place, one in enumerate(operators):
                if type(one) in ORDER and any(map(is_limit, [left, *terms][place : place + 2])):
                    continue
                swapped = [*operators]
                swapped[place] = SWAPPED[type(one)]()  # type: ignore[call-overload]  # a kind for a kind
                yield ast.Compare(left, swapped, terms)
        case ast.BinOp(left=left, op=sign, right=right) if type(sign) in SWAPPED:
            yield ast.BinOp(left, SWAPPED[type(sign)](), right)  # type: ignore[arg-type]  # a kind for a kind
        case ast.BoolOp(op=joint, values=terms):
            yield ast.BoolOp(SWAPPED[type(joint)](), terms)  # type: ignore[arg-type]  # a kind for a kind
        case ast.UnaryOp(op=ast.Not() | ast.USub(), operand=operand):
            yield operand
        case ast.IfExp(test=test, body=body, orelse=otherwise):
            yield ast.IfExp(test, otherwise, body)
        case ast.Constant(value=bool(value)):
            yield ast.Constant(not value)
        case ast.Constant(value=int(value)):
            yield ast.Constant(value + 1)
        case ast.Constant(value=float(value)):
            yield ast.Constant(1.0 if is_limit(node) else value * 1.001 if value else 1.0)
        case ast.Constant(value=str(value)) if value:
            yield ast.Constant(value + "X")


class Mutator:
    """All mutants of one Python file."""

    def __init__(self, file: str, source: bytes) -> None:
        self.file = file
        self.source = source
        self.lines = [0]
        for line in source.splitlines(keepends=True):
            self.lines.append(self.lines[-1] + len(line))
        self.made: list[Mutant] = []

    def all(self) -> list[Mutant]:
        self._visit(ast.parse(self.source))
        return [one for one in self.made if self._is_python(one)]

    def _is_python(self, mutant: Mutant) -> bool:
        try:
            ast.parse(mutant.applied(self.source))
        except SyntaxError:
            return False
        return True

    def _change(self, node: ast.expr | ast.stmt, new: str, row: str = "") -> None:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        start = self.lines[node.lineno - 1] + node.col_offset
        end = self.lines[node.end_lineno - 1] + node.end_col_offset
        old = self.source[start:end].decode()
        self.made.append(Mutant(self.file, node.lineno, start, end, old, new, row))

    def _visit(self, node: ast.AST, *, in_words: bool = False) -> None:
        match node:
            case ast.If(test=ast.Name(id="TYPE_CHECKING"), orelse=otherwise):
                for one in otherwise:
                    self._visit(one)
                return
            case ast.Expr(value=ast.Constant()) | ast.Import() | ast.ImportFrom() | ast.arg():
                return
            case ast.Assert() | ast.keyword(arg="strict"):
                return  # these say what cannot happen
            case ast.Assign(targets=[ast.Name(id="__all__" | "__slots__" | "_HEADER" | "TYPE_CHECKING")]):
                return
            case ast.Expr(value=ast.Call(func=ast.Name(id="op"), args=texts, keywords=facts)) if self.file == "ops.py":
                self._row(texts, facts)
                return
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=int(number)) as limit) if (
                name in LIMITS
            ):
                self._change(limit, repr(100 * number))
                return
        self._change_itself(node, in_words=in_words)
        match node:
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
                in_words = in_words or name.endswith(("_refuse", "Error"))
            case ast.JoinedStr():
                in_words = True
        for field, child in ast.iter_fields(node):
            if field in ("annotation", "returns", "decorator_list"):
                continue
            for one in child if isinstance(child, list) else [child]:
                if isinstance(one, ast.AST):
                    self._visit(one, in_words=in_words)

    def _change_itself(self, node: ast.AST, *, in_words: bool) -> None:
        match node:
            case ast.If(test=test) | ast.While(test=test):
                self._change(test, f"not ({ast.unparse(test)})")
            case ast.Expr() | ast.AugAssign() | ast.Raise() | ast.Continue() | ast.Break():
                self._change(node, "pass")
            case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]):
                self._change(node, "pass")
            case ast.comprehension(ifs=tests):
                for test in tests:
                    self._change(test, f"(not ({ast.unparse(test)}))")
            case ast.expr() if not (in_words and isinstance(node, ast.Constant)):
                for new in variants(node):
                    self._change(node, f"({ast.unparse(ast.fix_missing_locations(new))})")

    def _row(self, texts: list[ast.expr], facts: list[ast.keyword]) -> None:
        """Within the texts of a row: each is an expression, or a few of them."""
        signature = ast.literal_eval(texts[0])
        name = signature.partition("(")[0]
        if "=" in signature:
            before, equals, default = signature.partition("=")
            number = default.rstrip(")")
            self._change(texts[0], repr(before + equals + f"{float(number) * 1.001 or 1.0})"), name)
        pieces = [(one, ast.literal_eval(one)) for one in texts[1:]]
        for fact in facts:
            if fact.arg == "written" and isinstance(fact.value, ast.Tuple):
                pieces += [(one, ast.literal_eval(one)) for one in fact.value.elts]
            elif fact.arg in ("given", "domain", "poles", "kinks"):
                pieces.append((fact.value, ast.literal_eval(fact.value)))
            elif fact.arg in ("infix", "form", "symbol", "latex", "dunder"):
                self._change(fact.value, repr(ast.literal_eval(fact.value) + "X"), name)
        for node, text in pieces:
            shift = 0
            for part in text.split(";"):
                opening = part.index("= ") + 2 if ";" in text or part.split()[1:2] == ["="] else 0
                expression = part[opening:]
                blanks = len(expression) - len(expression.lstrip())
                tree = ast.parse(expression.strip(), mode="eval")
                for one in ast.walk(tree):
                    for new in variants(one):
                        assert isinstance(one, ast.expr)
                        assert one.end_col_offset is not None
                        low = shift + opening + blanks + one.col_offset
                        high = shift + opening + blanks + one.end_col_offset
                        changed = text[:low] + f"({ast.unparse(new)})" + text[high:]
                        self._change(node, repr(changed), name)
                shift += len(part) + 1


def javascript_mutants(file: str, source: bytes) -> list[Mutant]:
    """Mutants of a file that is no Python: its operators, one at a time. Comments are left alone."""
    made = []
    offset = 0
    for number, line in enumerate(source.splitlines(keepends=True), 1):
        code = line.partition(b"//")[0]
        if not code.lstrip().startswith((b"*", b"/*")):
            for old, new in IN_JAVASCRIPT:
                at = code.find(old.encode())
                while at >= 0:
                    is_limit_next = code[at + len(old) :].startswith(tuple(name.encode() for name in LIMITS))
                    if not (is_limit_next and old.strip() in ("<", "<=", ">", ">=")):
                        made.append(Mutant(file, number, offset + at, offset + at + len(old), old, new))
                    at = code.find(old.encode(), at + 1)
        offset += len(line)
    return made


def mutants_of(path: Path) -> list[Mutant]:
    file, source = str(path.relative_to(ROOT / PACKAGE)), path.read_bytes()
    if path.suffix == ".js":
        return javascript_mutants(file, source)
    return Mutator(file, source).all()


def files_of(module: str) -> list[Path]:
    if module == "codegen":
        folder = ROOT / PACKAGE / module
        return sorted(one for one in folder.iterdir() if one.suffix in (".py", ".js") and one.name != "__main__.py")
    return [ROOT / PACKAGE / f"{module}.py"]


def sample(mutants: list[Mutant], most: int) -> list[Mutant]:
    """At most so many, at even distances."""
    count = min(most, len(mutants))
    return [mutants[place * len(mutants) // count] for place in range(count)]


# --------------------------------------------------------------------------------------------------- trying a mutant


def arguments_of(files: str, row: str = "") -> list[str]:
    """What pytest is called with for one step of a plan."""
    files, _, chosen = files.partition(" only ")
    row = row or chosen
    paths = [one if "/" in one else f"tests/test_{one}.py" for one in files.split()]
    only = f"({row}) and {LEFT_OUT}" if row else LEFT_OUT
    doctests = ["--doctest-modules"] if any(PACKAGE in one for one in paths) else []
    return [*paths, *doctests, "-k", only]


def steps_of(mutant: Mutant) -> list[str]:
    return PLANS.get(mutant.file.removesuffix(".py"), CODEGEN)


class Tree:
    """A copy of the project in which mutants are tried, one after the other."""

    def __init__(self, root: Path) -> None:
        self.root = root
        leave_out = shutil.ignore_patterns("__pycache__", ".*")
        for name in (PACKAGE, "tests"):
            shutil.copytree(ROOT / name, root / name, ignore=leave_out)
        for name in ("pyproject.toml", "README.md"):
            shutil.copy(ROOT / name, root / name)
        self.generated = root / PACKAGE / "_generated.py"
        self.engine = self.generated.read_bytes()
        files = " ".join({file for step in STEPS for file in step.partition(" only ")[0].split()})
        self.passes(files, collect=True)  # so that only what a mutant changes is compiled for it

    def verdict(self, mutant: Mutant) -> str:
        """What killed it; "" where nothing did."""
        path = self.root / PACKAGE / mutant.file
        source = path.read_bytes()
        try:
            path.write_bytes(mutant.applied(source))
            return self._verdict(mutant)
        finally:
            path.write_bytes(source)
            self.generated.write_bytes(self.engine)

    def passes(self, step: str, *, collect: bool = False) -> bool:
        """Whether the tests pass where nothing was changed."""
        return not self._forked(lambda: self._tested(step, collect=collect), step)

    def _verdict(self, mutant: Mutant) -> str:
        if mutant.file == "ops.py" or mutant.file.startswith("codegen/"):
            how = self._forked(self._generated, "no engine is written from it")
            if how:
                return how
        for step, row in [(OF_THE_ROW, mutant.row)] * bool(mutant.row) + [(one, "") for one in steps_of(mutant)]:
            how = self._forked(partial(self._tested, step, row), step)
            if how:
                return how
        return ""

    @staticmethod
    def _forked(work: Callable[[], bool], what: str) -> str:
        """Do the work in a process of its own. What it failed at; "" where it did not."""
        child = os.fork()
        if not child:
            os.setsid()
            try:
                failed = not work()
            except BaseException:  # noqa: BLE001  # a mutant that takes the runner down with it
                failed = True
            os._exit(failed)
        begun = time.monotonic()
        while not (ended := os.waitpid(child, os.WNOHANG))[0]:
            if time.monotonic() - begun > WALL_SECONDS:
                os.killpg(child, signal.SIGKILL)
            time.sleep(0.02)
        if os.WIFSIGNALED(ended[1]):
            return f"{what}: no end"
        return what if os.WEXITSTATUS(ended[1]) else ""

    def _enter(self) -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
        resource.setrlimit(resource.RLIMIT_AS, (6 << 30, 6 << 30))
        os.chdir(self.root)
        os.environ["PYTHONPATH"] = str(self.root)
        os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
        sys.path[:0] = [str(self.root), str(self.root / "tests")]
        sys.dont_write_bytecode = True
        log = os.open(self.root / "last.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(log, 1)
        os.dup2(log, 2)

    def _generated(self) -> bool:
        self._enter()
        from autograd_scalar.codegen.__main__ import main as write

        write()
        return True

    def _tested(self, step: str, row: str = "", *, collect: bool = False) -> bool:
        import pytest

        self._enter()
        sys.dont_write_bytecode = not collect
        options = ["-q", "-x", "-p", "no:cacheprovider", "-p", "no:xdist", "--hypothesis-profile=mutants"]
        options += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]  # the parent has imported the plugins
        options += ["-o", "addopts=--import-mode=importlib", *["--collect-only"] * collect]
        code = pytest.main([*options, *arguments_of(step, row)])
        sys.stdout.flush()
        return code in (0, 5)  # 5: there is no test of that name


TREES: list[Tree] = []


def prepare(folder: str) -> None:
    """Once in each worker: a tree of its own, and all that does not change imported before the forks."""
    import hypothesis
    import mpmath
    import numpy as np
    import pytest

    phases = (hypothesis.Phase.explicit, hypothesis.Phase.generate)  # a failure is enough; nobody reads it
    hypothesis.settings.register_profile("mutants", max_examples=30, derandomize=True, deadline=None, phases=phases)
    del mpmath, np, pytest
    TREES.append(Tree(Path(tempfile.mkdtemp(dir=folder))))


def tried(mutant: Mutant) -> tuple[Mutant, str]:
    try:
        return mutant, TREES[0].verdict(mutant)
    except OSError as error:
        return mutant, f"could not be tried: {error}"


def passes(step: str) -> bool:
    return TREES[0].passes(step)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__.splitlines()[0])
    parser.add_argument("modules", nargs="*", default=MODULES, metavar="module", help=f"of {', '.join(MODULES)}")
    parser.add_argument("--most", type=int, default=30, help="mutants of each module (default: 30)")
    parser.add_argument("--jobs", type=int, default=2, help="processes at once (default: 2)")
    parser.add_argument("--list", action="store_true", help="only say which mutants there are")
    parser.add_argument("--json", type=Path, help="a file for the survivors")
    parser.add_argument("--again", type=Path, help="try the survivors in this file")
    options = parser.parse_args()
    if sys.version_info < (3, 12):
        parser.error("this needs Python 3.12 or newer, which knows where in an f-string an expression stands")
    if options.again:
        chosen = [Mutant(**one) for one in json.loads(options.again.read_text())]
    else:
        every = {module: [one for path in files_of(module) for one in mutants_of(path)] for module in options.modules}
        samples = [sample(mutants, options.most) for mutants in every.values()]
        chosen = [one for turn in zip_longest(*samples) for one in turn if one]  # module by module in turn
    if options.list:
        print("\n".join(map(str, chosen)))
        return 0
    survivors: list[Mutant] = []
    tries: Counter[str] = Counter()
    begun = time.monotonic()
    with (
        tempfile.TemporaryDirectory() as folder,
        ProcessPoolExecutor(options.jobs, get_context("fork"), prepare, (folder,)) as pool,
    ):
        needed = [step for step in STEPS if any(step in steps_of(one) for one in chosen)]
        for step, is_good in zip(needed, pool.map(passes, needed), strict=True):
            if not is_good:
                sys.exit(f"these tests fail where nothing was changed: {step}")
        for mutant, how in pool.map(tried, chosen):
            tries[mutant.file] += 1
            print(f"{time.monotonic() - begun:6.0f} s  {how or 'SURVIVED':30}  {mutant}", flush=True)
            if not how:
                survivors.append(mutant)
    alive = Counter(one.file for one in survivors)
    for file, count in tries.items():
        print(f"{file:28} {count - alive[file]:4} of {count:4} killed")
    total = sum(tries.values())
    share = 100 * (total - len(survivors)) / max(total, 1)
    print(f"{'':28} {total - len(survivors):4} of {total:4} killed: {share:.1f} %")
    if options.json:
        options.json.write_text(json.dumps([vars(one) for one in survivors], indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
