"""What `make coverage` keeps is enough, argued line by line, and of the package as it is."""

import ast

import covered
import pytest
from bs4 import BeautifulSoup
from tests.coverage import record


def test_enough_lines_are_run():
    """The tests run at least 95 % of the lines; a module that was never measured counts as not run at all."""
    modules = record.read(record.MODULES)
    measured = {row["file"] for row in modules}
    for path in record.PACKAGE.rglob("*.py"):
        name = path.relative_to(record.PACKAGE).as_posix()
        if name not in measured:
            tree = ast.parse(path.read_text(encoding="utf-8"))
            lines = {node.lineno for node in ast.walk(tree) if isinstance(node, ast.stmt)}
            modules.append({"file": name, "lines": len(lines), "run": 0})
    assert record.share(modules) >= record.LEAST


@pytest.mark.parametrize(
    "row", record.read(record.UNCOVERED), ids=lambda row: f"{row['file']}-{row['function']}"
)
def test_a_line_that_no_test_runs_is_argued(row):
    """It says why, and still stands where it stood: an argument for a line that is gone argues for another."""
    source = (record.PACKAGE / row["file"]).read_text(encoding="utf-8")
    where = record.functions(source)
    places = [
        where.get(number, "")
        for number, line in enumerate(source.splitlines(), 1)
        if line.strip().replace("\t", " ") == row["code"]
    ]
    assert row["function"] in places, "Call: make coverage"
    assert len(row["reason"].split()) > 3


def test_the_rows_are_those_that_were_counted():
    """Lines of all gaps add up to the lines that were not run, module by module."""
    not_run = {
        row["file"]: int(row["lines"]) - int(row["run"]) for row in record.read(record.MODULES)
    }
    told = dict.fromkeys(not_run, 0)
    for row in record.read(record.UNCOVERED):
        told[row["file"]] += int(row["lines"])
    assert told == not_run


def test_a_reason_is_kept_while_its_line_is(root):
    """Measured anew, a line that moved keeps its reason, and a new gap has none."""
    name = "src/eih/threads.py"
    source = (root / name).read_text(encoding="utf-8").splitlines()
    statements = [number for number, line in enumerate(source, 1) if line.startswith("from ")]
    report = {"files": {name: {"executed_lines": [], "missing_lines": statements}}}
    modules, rows = record.tables(report)
    assert modules == [{"file": "threads.py", "lines": len(statements), "run": 0}]
    assert [row["reason"] for row in rows] == [""]
    known = [{**rows[0], "lines": 99, "reason": "Because."}]
    assert [row["reason"] for row in record.tables(report, known)[1]] == ["Because."]


@pytest.mark.pages
def test_the_built_page_tells_every_gap(html):
    """The page has the sum that was counted, and a row per gap."""
    page = BeautifulSoup((html / "book" / "checked.html").read_text("utf-8"), "html.parser")
    last = [cell.get_text() for cell in page.select("table.eih-covered tbody tr")[-1].select("td")]
    modules = record.read(record.MODULES)
    assert last[0] == "all"
    assert last[3] == f"{record.share(modules):.1f}"
    assert len(page.select("table.eih-uncovered tbody tr")) == len(covered.read("uncovered"))
