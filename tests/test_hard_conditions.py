"""Each chapter runs where much is forbidden: nothing may be written, no network, a name with ä and a space.

The conditions are those of a Linux namespace of our own (`unshare`); nothing outside is touched.
"""

import os
import random
import subprocess
import sys
from pathlib import Path

import build
import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
PAGES = build.toc_pages(yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8")))
CHAPTERS = [page.removeprefix("notebooks/") for page in PAGES if page.startswith("notebooks/")]
ANY_ORDER = random.Random(8).sample(CHAPTERS, len(CHAPTERS))

# Lets a kernel run all code cells twice, one after the other, and compares what the cells show.
TWICE = """
import os, re, sys
import nbformat
from nbclient import NotebookClient

place = sys.argv[1]
notebook = nbformat.read(place, as_version=4)
cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
client = NotebookClient(notebook, timeout=300, kernel_name="python3",
                        resources={"metadata": {"path": os.path.dirname(place)}})

def shown():
    chance = re.compile(r"T_[0-9a-f]{5}| at 0x[0-9a-f]+")  # names that pandas draws, addresses
    found = []
    for cell in cells:
        text = chance.sub("", str([dict(out, execution_count=None) for out in cell.outputs]))
        if "seconds" in cell.source:  # times that the cell measures
            text = re.sub(r"\\d+(\\.\\d+)?", "#", text)
        found.append(text)
    return found

with client.setup_kernel():
    passes = []
    for _ in range(2):
        for index, cell in enumerate(notebook.cells):
            client.execute_cell(cell, index)
        passes.append(shown())
for cell, first, second in zip(cells, *passes):
    if first != second:
        sys.exit(f"This cell shows something else the second time:\\n{cell.source}\\n{first[:2000]}\\n{second[:2000]}")
"""

READ_ONLY = """
mount --bind "$1" "$1"
mount -o remount,bind,ro "$1"
if touch "$1/x" 2>/dev/null; then echo "The checkout can be written." >&2; exit 1; fi
shift
exec "$@"
"""


@pytest.fixture(scope="module")
def checkout(tmp_path_factory, copy_project):
    """Return a copy of the project in a folder whose name is hard."""
    return copy_project(tmp_path_factory.mktemp("hard") / "Schmerz & Übung, Kopie 1")


@pytest.mark.long
@pytest.mark.fault(
    "machine",
    "chapters on a read-only checkout with ä, & and spaces in its name, without home and network, twice over",
    "every cell runs, and shows the same the second time",
)
@pytest.mark.parametrize("chapter", ANY_ORDER)
def test_a_chapter_runs_twice_where_nothing_may_be_written(chapter, checkout, namespace, tmp_path):
    """Read-only checkout and home, no network, LC_ALL=C: every cell runs, and shows the same again."""
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(checkout / "src"),
        "HOME": "/proc/no-home",
        "LC_ALL": "C",
        "TMPDIR": str(tmp_path),
        "MPLCONFIGDIR": str(tmp_path),  # else matplotlib warns, on each page, of the missing home
        "JUPYTER_PREFER_ENV_PATH": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }
    notebook = checkout / "notebooks" / f"{chapter}.ipynb"
    command = [*namespace(READ_ONLY), str(checkout), sys.executable, "-c", TWICE]
    done = subprocess.run(
        [*command, str(notebook)], env=environment, cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-3000:]
