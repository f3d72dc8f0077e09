"""What the tests share: the built book, a server for it, a browser, and skips that may not be."""

import os
import shutil
import subprocess
from pathlib import Path

import matplotlib as mpl
import pandas as pd
import pytest
from hypothesis import settings
from tests.serving import serving_folder

ROOT = Path(__file__).resolve().parent.parent
# Our levels as the authors write them.
CODES = {"male": "0", "female": "1", "saline first": "0", "naloxone first": "1", "saline": "0"}
CODES |= {"naloxone": "1", "low": "0", "high": "1", "pressure": "1", "heat": "2", "n/a": "NA"}
PROMISES = {"R", "bids-validator", "book", "chromium", "git", "repo2docker"}


def promised(text):
    """Read EIH_REQUIRE: what must be there, so that a test for want of it fails."""
    names = set(text.split())
    if names - PROMISES:
        raise pytest.UsageError(
            f"EIH_REQUIRE names {sorted(names - PROMISES)}; it knows {sorted(PROMISES)}."
        )
    return names


def pytest_configure(config):
    """Refuse an unknown promise before any test runs; property tests are seeded, untimed, leave nothing."""
    promised(os.environ.get("EIH_REQUIRE", ""))
    settings.register_profile("book", deadline=None, derandomize=True, database=None)
    settings.load_profile("book")


@pytest.fixture(scope="session")
def need():
    """Return a check `need(what, present, way_on)`: skips, or fails where `what` is promised."""

    def check(what, present, way_on):
        if present:
            return
        required = what in promised(os.environ.get("EIH_REQUIRE", ""))
        (pytest.fail if required else pytest.skip)(f"There is no {what} here. {way_on}")

    return check


@pytest.fixture(autouse=True)
def same_look():
    """Take the book's look back after a test that runs a chapter's cells: the next starts from the defaults."""
    with mpl.rc_context(), pd.option_context("display.precision", pd.options.display.precision):
        yield


@pytest.fixture(scope="session")
def root():
    """Return the folder of the project."""
    return ROOT


@pytest.fixture(scope="session")
def html(need):
    """Return the folder of the built book."""
    folder = ROOT / "_build" / "html"
    need("book", (folder / "index.html").is_file(), "Call: make book")
    return folder


@pytest.fixture(scope="session")
def site(html):
    """Serve the built book on a free port of this machine; return its address."""
    with serving_folder(html) as server:
        yield server.url


@pytest.fixture(scope="session")
def browser(need):
    """Start the Chromium of this machine."""
    names = ("chromium", "chromium-browser", "google-chrome", "chrome")
    path = next(filter(None, map(shutil.which, names)), None)
    need("chromium", path, "Install it (Debian, Ubuntu: apt install chromium).")
    from playwright.sync_api import sync_playwright

    quiet = ["background-networking", "component-update", "sync", "gpu"]
    arguments = ["--no-sandbox", "--no-first-run", *(f"--disable-{name}" for name in quiet)]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=arguments)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def source_text():
    """Write our tables back in the authors' form: their names, codes, quotes and line ends."""
    from eih.tables.data import data_folder
    from eih.tables.schema import TABLES
    from eih.tables.upstream import KEY_COLUMNS, RENAMED

    tables = {}
    for table in TABLES:
        rows = (data_folder() / f"{table}.tsv").read_text().splitlines()
        header = rows[0].split("\t")
        tables[table] = [dict(zip(header, row.split("\t"), strict=True)) for row in rows[1:]]
    people = {row["participant"]: row for row in tables["participants"]}
    blocks = {(row["participant"], row["session"], row["block"]): row for row in tables["blocks"]}
    names = {new: old for old, (_, new, _) in RENAMED.items()}
    names |= {new: old for old, new in KEY_COLUMNS.items()}
    lines = ["\t".join(f'"{old}"' for old in names.values())]
    for trial in tables["trials"]:
        block = blocks[trial["participant"], trial["session"], trial["block"]]
        whole = people[trial["participant"]] | block | trial
        whole["participant"] = str(int(whole["participant"].removeprefix("sub-")))
        lines.append("\t".join(f'"{CODES.get(whole[new], whole[new])}"' for new in names))
    return "\r\n".join(lines) + "\r\n"


@pytest.fixture(scope="session")
def copy_project():
    """Return a function that copies the files of the project, as git knows them, into a new folder."""

    def copy(folder):
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT, capture_output=True, text=True, check=True,
        )  # fmt: skip
        for name in filter(None, listed.stdout.split("\0")):
            if (ROOT / name).is_file():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, folder / name)
        return folder

    return copy


@pytest.fixture(scope="session")
def namespace():
    """Return a function: the command that runs a shell script where there is no network but 127.0.0.1.

    Mounts that the script makes end with it. With ``network=True`` the network stays as it is. Without
    Linux namespaces, or mounts in them, the test is skipped.
    """

    def command(script, network=False):
        inside = ["unshare", "--map-root-user", "--mount"]
        if network:
            return [*inside, "sh", "-ec", script, "sh"]
        return [*inside, "--net", "sh", "-ec", f"ip link set lo up\n{script}", "sh"]

    # The mount is gone when the script ends.
    small_disk = "mount -t tmpfs -o size=1m none /tmp && mount -o remount,size=2m /tmp"
    try:
        tried = subprocess.run(command(small_disk), capture_output=True, text=True)
    except FileNotFoundError:
        pytest.skip("There is no unshare here (Linux, util-linux).")
    if tried.returncode:
        pytest.skip(f"This machine makes no namespaces: {tried.stderr.strip()}")
    return command
