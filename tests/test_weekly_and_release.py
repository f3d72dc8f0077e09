"""What the workflows do with rights, and weekly: seen with stand-ins for gh and for the build."""

import os
import shutil
import subprocess

import pytest
from tests.test_workflow import step_of

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
