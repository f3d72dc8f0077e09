"""The page *How this book is checked* lists what the tests try, and only that."""

import re

import checked
import pytest
from bs4 import BeautifulSoup

FAULT = '@pytest.mark.fault("data", "a row is lost", "it is counted")\n'
PROJECT = '[tool.pytest.ini_options]\naddopts = ["-ra", "-m not (long or slower)"]\n'


@pytest.fixture
def read(tmp_path):
    """Return a function that reads the faults of one test file."""
    (tmp_path / "tests").mkdir()
    (tmp_path / "pyproject.toml").write_text(PROJECT)

    def faults(source):
        (tmp_path / "tests" / "test_rows.py").write_text(source)
        return checked.faults(tmp_path / "tests", tmp_path / "pyproject.toml")

    return faults


def test_a_fault_is_read_off_its_test(read):
    """Area, both texts, file and name of the test are those of the mark."""
    found = read(f"import pytest\n\n{FAULT}def test_rows():\n    pass\n")
    told = ("data", "a row is lost", "it is counted", "tests/test_rows.py", "test_rows", False)
    assert found == [checked.Fault(*told)]


def test_a_fault_of_one_case_is_read_too(read):
    """A mark on a case of a parametrised test belongs to that test, with the marks of the case alone."""
    cases = ", ".join(
        f'pytest.param({n}, marks=[pytest.mark.fault("data", "case {n}", "noticed"){more}])'
        for n, more in ((1, ""), (2, ", pytest.mark.long"))
    )
    found = read(f"@pytest.mark.parametrize('n', [{cases}])\ndef test_rows(n):\n    pass\n")
    assert [(fault.tried, fault.long) for fault in found] == [("case 1", False), ("case 2", True)]


@pytest.mark.parametrize(
    "source",
    [
        f"@pytest.mark.slower\n{FAULT}def test_rows():\n    pass\n",
        f"pytestmark = pytest.mark.long\n\n{FAULT}def test_rows():\n    pass\n",
    ],
    ids=["test", "file"],
)
def test_a_test_left_out_of_the_plain_run_is_told(read, source):
    """Markers that pyproject.toml leaves out make a test a long one."""
    assert [fault.long for fault in read(source)] == [True]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (f"{FAULT}def rows():\n    pass\n", r"the mark of a fault stands on no test"),
        ("LOST = pytest.mark.fault('data', 'a', 'b')\n", r"stands on no test"),
        (FAULT.replace('"data"', '"date"') + "def test_rows():\n    pass\n", r"'date' is none of"),
        (FAULT.replace("it is counted", "") + "def test_rows():\n    pass\n", r"three texts"),
        ("@pytest.mark.fault('data', 'a', b)\ndef test_rows():\n    pass\n", r"three texts"),
    ],
    ids=["no test", "a name", "area", "empty", "not literal"],
)
def test_a_mark_that_says_nothing_stops_the_build(read, source, message):
    """A mark that the page could not show is refused with file and line."""
    with pytest.raises(ValueError, match=r"tests/test_rows\.py, line 1: .*" + message):
        read(source)


def test_the_list_is_what_pytest_collects(request):
    """Every fault that pytest finds on a collected test is in the list, word for word."""
    listed = {(one.file, one.test, one.area, one.tried, one.happens) for one in checked.faults()}
    collected = {
        (item.path.relative_to(checked.ROOT).as_posix(), item.originalname, *mark.args)
        for item in request.session.items
        for mark in item.iter_markers("fault")
    }
    assert collected <= listed


def test_every_area_has_faults_and_each_is_told_once():
    """No section of the page is empty, and no two rows of a section read the same."""
    found = checked.faults()
    assert {one.area for one in found} == set(checked.AREAS)
    rows = [(one.area, one.tried, one.happens) for one in found]
    assert sorted(rows) == sorted(set(rows))


def test_the_page_asks_for_every_area(root):
    """The page has a table for each area, in their order."""
    text = (root / "book" / "checked.md").read_text(encoding="utf-8")
    asked = re.findall(r"```\{eih-checked\} (\w+)", text)
    assert [name for name in asked if name != "survivors"] == checked.AREAS
    assert asked.count("survivors") == 1


def test_the_built_page_lists_every_fault(html):
    """The page has a row per fault, with a star where the test takes long."""
    page = BeautifulSoup((html / "book" / "checked.html").read_text("utf-8"), "html.parser")
    rows = [
        [" ".join(cell.get_text().split()) for cell in row.find_all("td")]
        for row in page.select("table.eih-checked tbody tr")
    ]
    assert rows == [
        [plain(one.tried), plain(one.happens), one.test + (" *" if one.long else "")]
        for one in checked.faults()
    ]


def plain(text):
    """Return a text as a page shows it: without the backticks that mark code, with curly apostrophes."""
    return text.replace("`", "").replace("'", "’")
