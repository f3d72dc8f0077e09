"""Change the code on purpose, one small thing at a time, and see whether the tests notice.

The changes are made from the syntax tree of a file: another comparison, another sign, a condition turned round, a
number one more, a list, a formula or a call one shorter, a line left out. Of all changes of a file those are taken
whose checksum is smallest, so that the choice is the same each time and stays so when other lines change.
"""

import ast
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SURVIVORS = Path(__file__).with_name("survivors.tsv")
SECONDS = 240  # of computing, after which a change counts as noticed: it made something endless
#: File of the package → how many changes are tried, and the tests that should notice them, quick ones first.
TRIED = {
    "paper/verdicts.py": (10, "verdicts ledger"),
    "paper/printed.py": (8, "printed checksums ledger"),
    "tables/reported.py": (4, "printed peaks"),
    "paper/comparison.py": (14, "verdicts ledger views cli"),
    "paper/ledger_table.py": (6, "views"),
    "paper/audit.py": (14, "audit"),
    "paper/analyses.py": (3, "ledger"),
    "paper/paper_analyses.py": (8, "ledger can_fail"),
    "models/mixed_models.py": (12, "lmm small_samples"),
    "tables/upstream.py": (12, "upstream"),
}
# Loaded before the server forks, so that each change pays for the package alone.
HEAVY = [
    "matplotlib.pyplot",
    "mixedlm",
    "nibabel",
    "pandas",
    "pandera.pandas",
    "pingouin",
    "pytest",
]
HEAVY += ["hypothesis", "requests", "rich.table", "scipy.stats", "seaborn", "statsmodels.api"]
_COMPARED = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
_COMPUTED = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd, ast.MatMult: ast.Mult,
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """One change: where it is (file, function), the code before and after, and how to make it."""

    file: str
    inside: str
    change: str
    text: str  # of the whole file as it is
    site: int
    node: ast.AST

    @property
    def key(self):
        """What names the change as long as the function stays as it is."""
        return self.file, self.inside, self.change

    @property
    def rank(self):
        """Its place in a fixed random order."""
        return hashlib.sha256("\0".join(self.key).encode()).hexdigest()

    def source(self):
        """Return the file with the change made; comments are lost."""
        tree = ast.parse(self.text)
        target = _sites(tree)[self.site][1]
        return ast.unparse(ast.fix_missing_locations(_Replace(target, self.node).visit(tree)))


class _Replace(ast.NodeTransformer):
    def __init__(self, target, node):
        self.target, self.node = target, node

    def visit(self, node):
        """Put the new node in the place of the target."""
        return self.node if node is self.target else self.generic_visit(node)


def mutants_of(file, text):
    r"""List every change of a file.

    Examples
    --------
    >>> [one.change for one in mutants_of("x.py", "def half(x):\n    return x / 2\n")]
    ['x / 2 → x * 2', '2 → 3']
    """
    found, counted = [], {}
    for site, (inside, node) in enumerate(_sites(ast.parse(text))):
        for changed in _changes(node):
            words = " → ".join(_short(ast.unparse(one)) for one in (node, changed))
            number = counted[inside, words] = counted.get((inside, words), 0) + 1
            words += f" ({number})" if number > 1 else ""
            found.append(Mutant(file, inside, words, text, site, changed))
    return found


def _short(text):
    """Return code in one line, its middle left out where it is long."""
    text = " ".join(text.split())
    return text if len(text) <= 90 else f"{text[:45]} … {text[-40:]}"


def _sites(node, inside="module"):
    """List the nodes that may be changed, with the function each is in: no messages, no annotations."""
    found = []
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list"):
            continue
        for below in value if isinstance(value, list) else [value]:
            if not isinstance(below, ast.AST) or _is_text(below):
                continue
            found.append((inside, below))
            if isinstance(below, ast.FunctionDef | ast.ClassDef):
                own = below.name if inside == "module" else f"{inside}.{below.name}"
                found += _sites(below, own)
            elif not isinstance(below, ast.Raise | ast.JoinedStr | ast.Import | ast.ImportFrom):
                found += _sites(below, inside)
    return found


def _is_text(node):
    """Whether a node is a docstring, or the part of a file that runs only as a program."""
    if isinstance(node, ast.If) and "__name__" in ast.unparse(node.test):
        return True
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def _is_path(node):
    return any(word in ast.unparse(node) for word in ("folder", "beside"))


def _changes(node):
    """Return what may stand in the place of a node."""
    match node:
        case ast.Compare(left, [operator], [right]) if type(operator) in _COMPARED:
            return [ast.Compare(left, [_COMPARED[type(operator)]()], [right])]
        case ast.BinOp(left, operator, right) if type(operator) in _COMPUTED and not _is_path(left):
            return [ast.BinOp(left, _COMPUTED[type(operator)](), right)]
        case ast.BoolOp(operator, values):
            return [ast.BoolOp(ast.Or() if isinstance(operator, ast.And) else ast.And(), values)]
        case ast.UnaryOp(ast.Not() | ast.USub() | ast.Invert(), operand):
            return [operand]
        case ast.Constant(bool(value)):
            return [ast.Constant(not value)]
        case ast.Constant(int(value) | float(value)):
            return [ast.Constant(value + 1)]
        case ast.If(test, body, otherwise):
            return [ast.If(ast.UnaryOp(ast.Not(), test), body, otherwise)]
        case ast.IfExp(test, body, otherwise):
            return [ast.IfExp(test, otherwise, body)]
        case ast.Raise() | ast.Expr(ast.Call()):
            return [ast.Pass()]
        case ast.Constant(str(text)) if " + " in text:  # a formula
            return [ast.Constant(text.rpartition(" + ")[0])]
        case ast.Call(function, positional, [*first, last]) if last.arg:
            return [ast.Call(function, positional, first)]
        case ast.List(items) | ast.Set(items) if len(items) > 1:
            return [type(node)(items[:-1], *([ast.Load()] if isinstance(node, ast.List) else []))]
        case ast.Dict(keys, values) if len(keys) > 1:
            return [ast.Dict(keys[1:], values[1:])]
    return []


def chosen():
    """List the changes that are tried."""
    found = []
    for name, (number, _) in TRIED.items():
        text = (ROOT / "src" / "eih" / name).read_text(encoding="utf-8")
        found += sorted(mutants_of(name, text), key=lambda one: one.rank)[:number]
    return found


class Server:
    """A process that has the libraries loaded, and forks for each change.

    ``with Server() as server: server.survives(mutant)``.
    """

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="mutants-")
        self.package = Path(self.folder.name)
        shutil.copytree(
            ROOT / "src", self.package / "src", ignore=shutil.ignore_patterns("__pycache__")
        )
        (self.package / "data").symlink_to(ROOT / "data")
        environment = {
            **os.environ,
            "OPENBLAS_NUM_THREADS": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONPATH": str(self.package / "src"),
        }
        self.process = subprocess.Popen(
            [sys.executable, __file__, "--serve", str(self.package / "log")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=environment,
        )
        return self

    def __exit__(self, *error):
        self.process.stdin.close()
        self.process.wait()
        self.folder.cleanup()

    def survives(self, mutant):
        """Whether the tests pass although the code is changed."""
        place = self.package / "src" / "eih" / mutant.file
        place.write_text(mutant.source(), encoding="utf-8")
        try:
            return self.passes(TRIED[mutant.file][1])
        finally:
            place.write_text(mutant.text, encoding="utf-8")

    def passes(self, tests):
        """Whether some test files pass on the package as it now is, one after the other."""
        for name in tests.split():
            print(json.dumps(f"tests/test_{name}.py"), file=self.process.stdin, flush=True)
            if json.loads(self.process.stdout.readline()) != 0:
                return False
        return True

    def log(self):
        """Return what the last tests printed."""
        return (self.package / "log").read_text(encoding="utf-8", errors="replace")


def serve(log):
    """Load the libraries, then run the test files named on standard input, each in a fork."""
    from importlib import import_module

    answers = os.fdopen(os.dup(1), "w")
    for name in HEAVY:
        import_module(name)
    assert "eih" not in sys.modules
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _run(json.loads(line), log)
        print(json.dumps(os.waitpid(child, 0)[1]), file=answers, flush=True)


def _run(test, log):
    import resource

    import pytest

    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(file, 1)
    os.dup2(file, 2)
    quiet = ["-x", "-q", "-p", "no:cacheprovider", "-m", "not (long or mutations or jupyterlab)"]
    status = 1
    try:
        status = int(pytest.main([test, *quiet, "-o", "addopts=--import-mode=importlib"]))
    finally:
        os._exit(status)


if __name__ == "__main__":
    serve(sys.argv[2])
