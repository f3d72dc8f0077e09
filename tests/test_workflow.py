"""The publishing workflow is thin, asks for few rights, and names actions by what cannot be moved."""

import re
import subprocess

import pytest
import yaml


@pytest.fixture(scope="module")
def text(root):
    """Return the workflow as written."""
    return (root / ".github" / "workflows" / "book.yml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def workflow(text):
    """Return the workflow as read."""
    return yaml.safe_load(text)


def steps(workflow):
    """List the steps of all jobs."""
    return [step for job in workflow["jobs"].values() for step in job["steps"]]


def test_no_job_has_rights_that_it_does_not_name(workflow):
    """Nothing is allowed by default; the build may read, and only publishing may write, to pages."""
    assert workflow["permissions"] == {}
    rights = {name: job["permissions"] for name, job in workflow["jobs"].items()}
    assert rights == {
        "build": {"contents": "read"},
        "publish": {"pages": "write", "id-token": "write"},
    }


def test_actions_are_pinned_by_commit(text):
    """Each action is named by a full commit hash, with the version beside it for people."""
    used = re.findall(r"uses: (\S+)(.*)", text)
    assert len(used) >= 5
    for action, comment in used:
        assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", action), action
        assert re.fullmatch(r" # v\d+\.\d+\.\d+", comment), action


def test_the_work_is_done_by_make_and_ci_run(root, workflow):
    """What runs is .ci/run and targets of the Makefile; no text of an event is put into a command."""
    targets = re.findall(r"^([a-z]+):", (root / "Makefile").read_text(encoding="utf-8"), re.M)
    commands = [step["run"] for step in steps(workflow) if "run" in step]
    assert ".ci/run" in commands
    called = re.findall(r"\bmake (\w+)", "\n".join(commands))
    assert called
    assert set(called) <= set(targets)
    assert not any("${{" in command for command in commands)


def test_a_pull_request_publishes_nothing(workflow):
    """Publishing waits for the build and is for main alone."""
    publish = workflow["jobs"]["publish"]
    assert publish["needs"] == "build"
    assert "github.ref == 'refs/heads/main'" in publish["if"]
    assert "github.event_name != 'pull_request'" in publish["if"]


def test_maps_that_cannot_be_fetched_are_told_and_stop_nothing(workflow):
    """The step ends well either way, and says so on the page of the run."""
    fetch = next(step["run"] for step in steps(workflow) if "make maps" in step.get("run", ""))
    assert fetch.startswith("make maps && exit 0\n")
    assert "::warning" in fetch
    assert "GITHUB_STEP_SUMMARY" in fetch


@pytest.mark.parametrize(
    ("own", "address"),
    [
        ("", "https://someone.github.io/Project"),
        ("https://pain.example.org", "https://pain.example.org"),
    ],
    ids=["GitHub Pages", "own domain"],
)
def test_the_build_knows_where_it_is_published(workflow, tmp_path, own, address):
    """The step before the build names the address of a fork's pages, or the domain that it has."""
    names = [step.get("name") for step in workflow["jobs"]["build"]["steps"]]
    step = workflow["jobs"]["build"]["steps"][names.index("Address of the book")]
    assert names.index("Address of the book") < names.index("Check, build, test")
    noted = tmp_path / "env"
    environment = {"GITHUB_REPOSITORY_OWNER": "Someone", "GITHUB_REPOSITORY": "Someone/Project"}
    environment |= {"GITHUB_ENV": str(noted), "BOOK_ADDRESS": own}
    subprocess.run(["bash", "-euc", step["run"]], env=environment, check=True)
    assert noted.read_text() == f"EIH_ADDRESS={address}\n"
