"""Every chapter runs in a real JupyterLab, wherever its notebook lies, and writes nothing else.

The two shortest chapters run always; all of them with `make check-lab` (some twenty minutes).
"""

import json
import os
import random
import shutil
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import build
import nbformat
import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
PAGES = build.toc_pages(yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8")))
CHAPTERS = [page.removeprefix("notebooks/") for page in PAGES if page.startswith("notebooks/")]
SHORT = {"design_and_data": "notebooks", "heat_pain": "elsewhere/deeper"}
ANY_ORDER = random.Random(2025).sample(CHAPTERS, len(CHAPTERS))
LONGEST = 600  # seconds for one chapter
PATIENCE = 300_000  # milliseconds: a busy machine is slow to show JupyterLab
# What Jupyter, IPython and matplotlib keep for themselves in a home folder.
OF_THE_TOOLS = {".cache", ".config", ".ipython", ".jupyter", ".local", ".npm"}


@dataclass
class Lab:
    """A running JupyterLab: its folder, its home folder, and how to reach it."""

    desk: Path
    home: Path
    address: str
    token: str

    def ask(self, path, method="GET"):
        """Ask the server's own interface; return its answer."""
        headers = {"Authorization": f"token {self.token}"}
        request = urllib.request.Request(self.address + path, method=method, headers=headers)
        with urllib.request.urlopen(request) as answer:
            return answer.read().decode()

    def stop_kernels(self):
        """End the kernels of all open notebooks."""
        for session in json.loads(self.ask("api/sessions")):
            self.ask(f"api/sessions/{session['id']}", "DELETE")


def written(folder):
    """List the files below a folder."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def state_of_the_project():
    """Return when each file of the project that git knows was last written."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    return {str(path): path.stat().st_mtime_ns for path in paths if path.exists()}


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """Serve a desk with the chapters in two folders, and an empty home."""
    top = tmp_path_factory.mktemp("lab")
    desk, home, runtime = top / "desk", top / "home", top / "runtime"
    home.mkdir()
    for folder in {"notebooks", *SHORT.values()}:
        shutil.copytree(ROOT / "notebooks", desk / folder, ignore=shutil.ignore_patterns(".*"))
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("JUPYTER", "XDG_"))}
    environment = {
        **inherited,
        "HOME": str(home),
        "JUPYTER_PREFER_ENV_PATH": "1",
        "JUPYTER_RUNTIME_DIR": str(runtime),
        "OPENBLAS_NUM_THREADS": "1",
    }
    options = ["--no-browser", "--allow-root", "--ServerApp.port=0", f"--ServerApp.root_dir={desk}"]
    log = (top / "log.txt").open("w")
    command = [sys.executable, "-m", "jupyterlab", *options]
    with subprocess.Popen(command, env=environment, stdout=log, stderr=log) as server:
        try:
            yield _reach(server, desk, home, runtime, top / "log.txt")
        finally:
            server.terminate()
            server.wait(timeout=60)
            log.close()


def _reach(server, desk, home, runtime, log):
    """Wait until JupyterLab answers."""
    for _ in range(300):
        for path in runtime.glob("jpserver-*.json"):
            known = json.loads(path.read_text() or "{}")
            lab = Lab(desk, home, known.get("url", ""), known.get("token", ""))
            try:
                lab.ask("api/status")
                return lab
            except OSError:
                pass
        assert server.poll() is None, log.read_text()
        time.sleep(1)
    raise AssertionError(log.read_text())


def run_all_cells(browser, lab, place):
    """Open a notebook, choose Run all cells from the menu, save; return the notebook as saved."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.set_default_timeout(PATIENCE)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    # "Select Kernel": on a slow machine JupyterLab asks, at some moment, for what is chosen already.
    question = page.locator(".jp-Dialog button.jp-mod-accept")
    page.add_locator_handler(question, lambda button: button.click())
    page.goto(f"{lab.address}lab/tree/{place}?token={lab.token}&reset", wait_until="commit")
    idle = page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]')
    end = time.monotonic() + LONGEST
    code = []
    while time.monotonic() < end:
        idle.wait_for(timeout=LONGEST * 1000)
        if not any(cell.execution_count for cell in code):  # a kernel not yet ready loses the call
            page.get_by_role("menuitem", name="Run", exact=True).click()
            page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
            page.wait_for_timeout(3000)
            idle.wait_for(timeout=LONGEST * 1000)
        page.get_by_role("button", name="Save and create checkpoint").click()
        page.wait_for_timeout(1500)
        notebook = nbformat.read(lab.desk / place, as_version=4)
        code = [cell for cell in notebook.cells if cell.cell_type == "code"]
        if all(cell.execution_count for cell in code) or problems(notebook):
            break
    page.close()
    lab.stop_kernels()
    here = ("data:", "blob:", lab.address, lab.address.replace("http", "ws", 1))
    assert [url for url in asked if not url.startswith(here)] == []
    return notebook


def problems(notebook):
    """List the errors and warnings that a notebook shows."""
    outputs = [out for cell in notebook.cells for out in cell.get("outputs", [])]
    errors = [f"{out.ename}: {out.evalue}" for out in outputs if out.output_type == "error"]
    return errors + [out.text for out in outputs if out.get("name") == "stderr"]


def check(browser, lab, place):
    """Run a notebook and look at what it shows and what it left behind."""
    before, desk = state_of_the_project(), written(lab.desk)
    notebook = run_all_cells(browser, lab, place)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert problems(notebook) == []
    assert [cell.source for cell in code if not cell.execution_count] == []
    counts = [cell.execution_count for cell in code]
    assert counts == sorted(counts), "The cells did not run from top to bottom."
    assert state_of_the_project() == before
    assert {name for name in written(lab.desk) - desk if ".ipynb_checkpoints/" not in name} == set()
    assert {name.split("/")[0] for name in written(lab.home)} <= OF_THE_TOOLS


@pytest.mark.parametrize(("chapter", "folder"), SHORT.items(), ids=SHORT.keys())
def test_a_short_chapter_runs_in_jupyterlab(browser, lab, chapter, folder):
    """From its own folder and from another, every cell runs and nothing else is written."""
    check(browser, lab, f"{folder}/{chapter}.ipynb")


@pytest.mark.fault(
    "reproducibility",
    "every chapter in JupyterLab, in random order, from odd folders",
    "each runs and leaves nothing behind",
)
@pytest.mark.jupyterlab
@pytest.mark.parametrize("folder", ["elsewhere/deeper", "notebooks"])
@pytest.mark.parametrize("chapter", ANY_ORDER)
def test_every_chapter_runs_in_jupyterlab_in_any_order(browser, lab, chapter, folder):
    """In an order that is not that of the book, from both folders, every cell runs."""
    check(browser, lab, f"{folder}/{chapter}.ipynb")
