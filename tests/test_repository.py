"""The files of the repository agree with one another and name nothing of one machine."""

import re
import subprocess
import tomllib

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


@pytest.fixture(scope="module")
def project(root):
    """Read pyproject.toml."""
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.fixture(scope="module")
def lock(root):
    """Read requirements.txt: a text per requirement, its hashes included."""
    lines = (root / "requirements.txt").read_text(encoding="utf-8").splitlines()
    text = "\n".join(line for line in lines if not line.lstrip().startswith("#"))
    return re.split(r"\n(?=\S)", text.strip())


@pytest.fixture(scope="module")
def pinned(lock):
    """Return name → versions of the lock."""
    versions = {}
    for entry in lock:
        pin = Requirement(entry.split(" \\")[0])
        versions.setdefault(canonicalize_name(pin.name), []).append(str(pin.specifier)[2:])
    return versions


@pytest.fixture(scope="module")
def tracked(root, need):
    """Return the text files that are, or would be, in the repository."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        capture_output=True,
        text=True,
    )
    need("git", listed.returncode == 0, "This is no clone of the repository.")
    paths = [root / name for name in listed.stdout.split("\0") if name]
    texts = {}
    for path in paths:
        try:
            texts[path.relative_to(root).as_posix()] = path.read_text(encoding="utf-8")
        except (UnicodeDecodeError, FileNotFoundError):
            continue
    return texts


def test_every_locked_version_has_its_hashes(lock):
    """Each entry of the lock is one exact version with at least one SHA-256."""
    loose = [e for e in lock if not re.match(r"[\w.-]+==\S+", e) or "--hash=sha256:" not in e]
    assert loose == []


def test_the_lock_names_no_address(root):
    """The lock has neither an address nor an option that sets one."""
    text = (root / "requirements.txt").read_text(encoding="utf-8")
    assert re.findall(r"\w+://\S*|--(?:index|extra-index|find-links|trusted)\S*", text) == []


def test_the_lock_covers_what_pyproject_asks(project, pinned):
    """Each dependency of pyproject.toml, extras included, is locked in a version that it allows."""
    extras = project["optional-dependencies"].values()
    asked = [Requirement(text) for text in sum(extras, project["dependencies"])]
    missing = [
        str(requirement)
        for requirement in asked
        if not any(map(requirement.specifier.contains, pinned.get(requirement.name, [])))
    ]
    assert missing == [], "Call: make lock"


def test_conda_and_binder_use_the_lock_and_nothing_else(root):
    """environment.yml asks for Python and pip, and leaves every package to requirements.txt."""
    environment = yaml.safe_load((root / "environment.yml").read_text(encoding="utf-8"))
    python, pip, packages = environment["dependencies"]
    assert re.fullmatch(r"python=3\.\d+", python)
    assert (pip, packages) == ("pip", {"pip": ["-r requirements.txt"]})


def test_binder_installs_the_package_without_its_dependencies(root):
    """postBuild installs eih only, since the lock has brought everything else."""
    assert "pip install --no-deps" in (root / "postBuild").read_text(encoding="utf-8")


def test_no_file_names_a_place_of_one_machine(tracked):
    """No tracked file has an absolute path of the machine it was written on."""
    place = re.compile(r"(?<![\w.~/:])/(?:work|tmp|root|home|Users)/[\w.]+")
    found = {name: place.findall(text) for name, text in tracked.items()}
    assert {name: places for name, places in found.items() if places} == {}


def test_text_files_end_lines_as_git_stores_them(tracked):
    """No tracked file has Windows line ends."""
    assert [name for name, text in tracked.items() if "\r" in text] == []


def test_the_citation_names_this_edition_and_the_paper(root, project):
    """CITATION.cff has what the format requires, our version, and the paper's DOI."""
    citation = yaml.safe_load((root / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["cff-version"] == "1.2.0"
    assert all(citation[key] for key in ("message", "title", "authors"))
    assert citation["version"] == project["version"]
    assert [paper["doi"] for paper in citation["references"]] == ["10.7554/eLife.102392"]


def test_the_chapters_carry_no_numbers(root):
    """Their order lives in _toc.yml alone, so no file name starts with a digit."""
    pages = [*(root / "book").glob("*.md"), *(root / "notebooks").glob("*.ipynb")]
    assert [path.name for path in pages if path.name[0].isdigit()] == []
