"""Each chapter says how to run it, for the repository that it was built from, and asks nobody unasked."""

from pathlib import Path

import build
import launch
import nbformat
import pytest
import security
import yaml
from bs4 import BeautifulSoup
from provenance import Repository, repository
from tests.test_policy import bare

ROOT = Path(__file__).resolve().parent.parent
FORK = Repository("github.com", "a-fork/of-it", "v1.0")
PAGES = build.toc_pages(yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8")))
CHAPTERS = [page for page in PAGES if page.startswith("notebooks/")]


def bar(repository):
    """Make the bar of a chapter."""
    return launch.launch_bar(repository, "notebooks/heat_pain", "../", "../book/run.html")


def test_binder_opens_the_chapter_of_the_fork_in_jupyterlab():
    """Owner, revision and notebook are in the address."""
    assert launch.binder_link(FORK, "notebooks/heat_pain") == (
        "https://mybinder.org/v2/gh/a-fork/of-it/v1.0?urlpath=lab%2Ftree%2Fnotebooks%2Fheat_pain.ipynb"
    )


def test_without_a_repository_only_the_download_is_offered():
    """Neither Binder nor live code stands in the bar of a book without address."""
    links = [
        link.text for link in BeautifulSoup(bar(None), "html.parser").find_all(["a", "button"])
    ]
    assert links == ["Download notebook", "How to run it"]


def test_no_address_of_a_repository_is_written_down():
    """Sources of the pages name no repository that could be launched."""
    sources = [
        *(ROOT / "book").rglob("*.*"),
        ROOT / "_config.yml",
        *(ROOT / "notebooks").glob("*.ipynb"),
    ]
    found = [
        path.name
        for path in sources
        if path.suffix in {".py", ".md", ".rst", ".js", ".yml", ".ipynb", ".html"}
        and any(
            word in path.read_text(encoding="utf-8") for word in ("/v2/gh/", "/v2/gl/", "colab.")
        )
    ]
    assert found == []


@pytest.mark.pages
@pytest.mark.parametrize("name", CHAPTERS)
def test_the_bar_of_a_built_chapter_is_that_of_its_repository(html, name):
    """The built page offers what the repository allows, and a notebook that is there."""
    page = BeautifulSoup((html / f"{name}.html").read_text(encoding="utf-8"), "html.parser")
    (found,) = page.select(".eih-launch")
    ours = repository()
    binder = [a["href"] for a in found.select("a") if "Binder" in a.text]
    assert binder == ([launch.binder_link(ours, name)] if ours else [])
    file = html / name / ".." / found.select_one("a[download]")["href"]
    assert nbformat.read(file.resolve(), as_version=4).cells


@pytest.fixture
def forked(html, site, browser):
    """Open a chapter as a fork would have built it, with no other host in reach; return page and requests."""
    text = (html / "notebooks" / "null_and_power.html").read_text(encoding="utf-8")
    start = text.index('<div class="eih-launch"')
    text = (
        text[:start]
        + bar(FORK).replace("heat_pain", "null_and_power")
        + text[text.index("</div>", start) + 6 :]
    )
    text = security.guard(bare(text), "null_and_power.html")
    page = browser.new_page()
    asked = []

    def elsewhere(route):
        asked.append(route.request.url)
        route.abort()

    page.route(lambda url: not url.startswith((site, "data:", "blob:")), elsewhere)
    page.route(
        "**/null_and_power.html", lambda route: route.fulfill(body=text, content_type="text/html")
    )
    page.goto(f"{site}/notebooks/null_and_power.html", wait_until="networkidle")
    yield page, asked
    page.close()


@pytest.mark.fault(
    "security",
    "a page with live code that nobody has pressed",
    "no other host is asked",
)
@pytest.mark.pages
def test_live_code_asks_no_other_host_before_it_is_pressed(forked):
    """The button is there, and nothing was loaded for it."""
    page, asked = forked
    assert page.get_by_role("button", name="Make the code on this page live").is_visible()
    assert asked == []


@pytest.mark.pages
def test_live_code_says_so_when_it_cannot_be_had(forked):
    """Pressed without a network, it tells the reader in words, and has asked for one program only."""
    page, asked = forked
    page.get_by_role("button", name="Make the code on this page live").press("Enter")
    page.get_by_text("could not be loaded").wait_for(timeout=20_000)
    assert {url.rsplit("/", 1)[0] for url in asked} == {"https://unpkg.com/thebe@0.9.3/lib"}


@pytest.mark.pages
def test_live_code_takes_every_cell_of_the_notebook_in_order(forked):
    """Also the cells that the page does not show are run, since others build on them."""
    page, _ = forked
    page.get_by_role("button", name="Make the code on this page live").press("Enter")
    page.get_by_text("could not be loaded").wait_for(timeout=20_000)
    marked = page.evaluate(
        "[...document.querySelectorAll('[data-executable]')].map(e => e.textContent.trim())"
    )
    notebook = nbformat.read(ROOT / "notebooks" / "null_and_power.ipynb", as_version=4)
    assert marked == [cell.source.strip() for cell in notebook.cells if cell.cell_type == "code"]
    outputs = page.evaluate("document.querySelectorAll('[data-output]').length")
    assert outputs == len(marked)
