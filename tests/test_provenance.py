"""A fork launches itself; a book whose address nobody knows launches nothing."""

import subprocess

import provenance
import pytest


@pytest.fixture
def clone(tmp_path, monkeypatch, need):
    """Make a clone with one commit; return its folder and a way to call git there."""
    monkeypatch.delenv("EIH_REPOSITORY", raising=False)
    monkeypatch.delenv("EIH_REF", raising=False)

    def git(*arguments):
        names = [
            "-c",
            "user.name=A",
            "-c",
            "user.email=a@example.org",
            "-c",
            "commit.gpgsign=false",
        ]
        done = subprocess.run(
            ["git", *names, *arguments], cwd=tmp_path, capture_output=True, text=True
        )
        need("git", done.returncode == 0, done.stderr)
        return done.stdout.strip()

    git("init", "--quiet")
    (tmp_path / "page.md").write_text("one\n")
    git("add", ".")
    git("commit", "--quiet", "-m", "one")
    return tmp_path, git


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("https://github.com/someone/project.git", ("github.com", "someone/project")),
        ("https://github.com/someone/project/", ("github.com", "someone/project")),
        ("https://name:secret@github.com/someone/project", ("github.com", "someone/project")),
        ("git@github.com:someone/project.git", ("github.com", "someone/project")),
        ("ssh://git@github.com:22/someone/project.git", ("github.com", "someone/project")),
        ("https://gitlab.com/group/sub/project.git", ("gitlab.com", "group/sub/project")),
        ("/srv/somewhere/project", None),
        ("../project.git", None),
        ("file:///srv/project.git", None),
        ("https://git.example.org/someone/project.git", None),
        ("C:/Users/someone/project", None),
        ("https://github.com/someone", None),
        ("", None),
    ],
)
def test_a_remote_is_read_as_a_public_address_or_none(text, found):
    """Forms of GitHub and GitLab addresses are understood, secrets dropped, others refused."""
    assert provenance.public_address(text) == found


def test_a_clone_without_a_remote_has_no_repository(clone):
    """Without a remote nothing can be launched."""
    assert provenance.repository(clone[0]) is None


def test_a_fork_is_its_own_repository(clone):
    """The remote of the clone is the address, whoever owns it."""
    folder, git = clone
    git("remote", "add", "origin", "git@github.com:a-fork/of-it.git")
    assert provenance.repository(folder).address == "https://github.com/a-fork/of-it"


def test_the_environment_comes_before_the_remote(clone, monkeypatch):
    """EIH_REPOSITORY names the address, and when empty says that there is none."""
    folder, git = clone
    git("remote", "add", "origin", "https://github.com/a-fork/of-it")
    monkeypatch.setenv("EIH_REPOSITORY", "https://gitlab.com/group/sub/other")
    monkeypatch.setenv("EIH_REF", "v1.0")
    assert provenance.repository(folder).binder == "gl/group%2Fsub%2Fother/v1.0"
    monkeypatch.setenv("EIH_REPOSITORY", "")
    assert provenance.repository(folder) is None


def test_an_address_that_cannot_be_launched_is_refused(monkeypatch):
    """A wrong EIH_REPOSITORY stops the build with the value, the rule and an example."""
    monkeypatch.setenv("EIH_REPOSITORY", "https://example.org/x")
    with pytest.raises(
        ValueError, match=r"is 'https://example.org/x'\. It must be a repository at"
    ):
        provenance.repository()


def test_what_is_launched_exists_there(clone):
    """A commit that was never pushed is not offered: the default branch is; then the commit, then a tag."""
    folder, git = clone
    assert provenance.launch_ref(folder) == "HEAD"
    git("update-ref", "refs/remotes/origin/main", "HEAD")
    assert provenance.launch_ref(folder) == git("rev-parse", "HEAD")
    git("tag", "v1.0")
    assert provenance.launch_ref(folder) == "v1.0"


def test_a_changed_file_changes_the_marks(clone):
    """Pages that name the revision are rendered anew after a change and after a commit."""
    folder, git = clone
    clean = provenance.marks(folder)
    (folder / "page.md").write_text("two\n")
    changed = provenance.marks(folder)
    git("commit", "--all", "--quiet", "-m", "two")
    assert len({clean, changed, provenance.marks(folder)}) == 3


def test_a_folder_inside_another_clone_does_not_answer_for_it(clone):
    """Unpacked below a clone, an archive of the book knows no revision."""
    inside = clone[0] / "unpacked" / "book"
    inside.mkdir(parents=True)
    assert provenance.revision(inside) == ""


def test_the_published_address_ends_in_one_slash(monkeypatch):
    """Where the book is read comes from EIH_ADDRESS; without it nobody knows."""
    monkeypatch.setenv("EIH_ADDRESS", "https://someone.github.io/project")
    assert provenance.published_at() == "https://someone.github.io/project/"
    monkeypatch.delenv("EIH_ADDRESS")
    assert provenance.published_at() == ""


def test_a_wrong_published_address_is_refused(monkeypatch):
    """An address without a secure scheme stops the build with the value, the rule and an example."""
    monkeypatch.setenv("EIH_ADDRESS", "someone.github.io/project")
    with pytest.raises(ValueError, match=r"EIH_ADDRESS is 'someone.*must be.*such as"):
        provenance.published_at()
