"""Sphinx extension: how this book is checked: each fault that the tests try, and what happens.

A test says so itself, with the marker ``@pytest.mark.fault(area, tried, happens)``; a case of a parametrised
test with ``pytest.param(..., marks=pytest.mark.fault(...))``. The marks are read from the source of the tests,
which are neither imported nor run: whether they pass is what ``make test`` and ``make check-all`` tell.
"""

import ast
import csv
import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from node_tables import table
from sphinx.util.docutils import SphinxDirective

ROOT = Path(__file__).resolve().parents[2]
#: What a fault can befall, in the order of the page.
AREAS = [
    "numbers",
    "data",
    "code",
    "environment",
    "reproducibility",
    "security",
    "publishing",
    "machine",
]


@dataclass(frozen=True)
class Fault:
    """One fault that a test tries."""

    area: str
    tried: str
    happens: str
    file: str
    test: str
    long: bool  # not part of `make test`


def faults(tests=ROOT / "tests", project=ROOT / "pyproject.toml"):
    """List the faults that the tests try, in the order of areas, files and lines.

    Raises
    ------
    ValueError
        A mark is not on a test, names an area that is none, or says nothing that can be read
        without running the file; with file and line.
    """
    left_out = long_markers(project)
    found = [
        fault
        for path in sorted(tests.rglob("test_*.py"))
        for fault in _faults_of(path, path.relative_to(tests.parent).as_posix(), left_out)
    ]
    return sorted(found, key=lambda fault: AREAS.index(fault.area))


def long_markers(project=ROOT / "pyproject.toml"):
    """Return the markers that a plain call of pytest leaves out."""
    options = tomllib.loads(project.read_text(encoding="utf-8"))["tool"]["pytest"]["ini_options"]
    chosen = next(option for option in options["addopts"] if option.startswith("-m"))
    return set(re.findall(r"\w+", chosen.removeprefix("-m"))) - {"not", "or", "and"}


def _faults_of(path, name, left_out):
    tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
    seen = set()
    whole_file = _markers(node for node in tree.body if _sets_pytestmark(node))
    for test in ast.walk(tree):
        if not isinstance(test, ast.FunctionDef) or not test.name.startswith("test_"):
            continue
        on_test = _markers(d for d in test.decorator_list if not _is_call_of(d, "parametrize"))
        for decorator in test.decorator_list:
            for holder in ast.walk(decorator):
                for call in _faults_on(holder, decorator):
                    seen.add(call)
                    own = _markers([holder]) | on_test | whole_file
                    yield Fault(*_said(call, name), name, test.name, bool(own & left_out))
    for node in ast.walk(tree):
        if _is_call_of(node, "fault") and node not in seen:
            raise ValueError(f"{name}, line {node.lineno}: the mark of a fault stands on no test.")


def _faults_on(holder, decorator):
    """Return the marks on a test (the decorator itself) or on one of its cases (a ``pytest.param``)."""
    if holder is decorator and _is_call_of(holder, "fault"):
        return [holder]
    if _is_call_of(holder, "param"):
        return [node for node in ast.walk(holder) if _is_call_of(node, "fault")]
    return []


def _sets_pytestmark(node):
    return isinstance(node, ast.Assign) and any(
        getattr(target, "id", "") == "pytestmark" for target in node.targets
    )


def _is_call_of(node, name):
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == name
    )


def _markers(trees):
    """Return the names of the marks (``pytest.mark.NAME``) in some pieces of source."""
    return {
        node.attr
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Attribute)
        and node.value.attr == "mark"
    }


def _said(call, name):
    try:
        area, tried, happens = (ast.literal_eval(argument) for argument in call.args)
        if call.keywords or not all(isinstance(one, str) and one for one in (tried, happens)):
            raise ValueError
    except ValueError:
        raise ValueError(
            f"{name}, line {call.lineno}: a fault is three texts, (area, tried, happens)."
        ) from None
    if area not in AREAS:
        raise ValueError(f"{name}, line {call.lineno}: '{area}' is none of {AREAS}.")
    return area, tried, happens


@cache
def _all_faults():
    """List the faults of the book's own tests, read once for all tables."""
    return faults()


class Checked(SphinxDirective):
    """Show the faults of one area, or the changes of the code that no test notices."""

    required_arguments = 1

    def run(self):
        """Make the table."""
        area = self.arguments[0]
        if area == "survivors":
            return [survivors_table()]
        if area not in AREAS:
            raise self.error(f"eih-checked knows {[*AREAS, 'survivors']}, not '{area}'.")
        return [faults_table([fault for fault in _all_faults() if fault.area == area])]


def faults_table(found):
    """Return the table of some faults; a test that takes long is marked with a star."""
    rows = [[one.tried, one.happens, f"`{one.test}`" + (" *" if one.long else "")] for one in found]
    return table(["what is tried", "what happens", "the test"], rows, ["eih-checked"])


def survivors_table(path=ROOT / "tests" / "mutations" / "survivors.tsv"):
    """Return the table of changes of the code that no test notices, each with its reason."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    cells = [
        [f"`{one['file']}`, `{one['function']}`", f"`{one['change']}`", one["reason"]]
        for one in rows
    ]
    return table(["where", "the change", "why nothing notices it"], cells, ["eih-survivors"])


def setup(app):
    """Add the directive."""
    app.add_directive("eih-checked", Checked)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
