"""Where this book comes from: the address of its repository, its revision, and what can be launched from it.

Nothing here is written down: a fork that builds the book launches itself, and a book built where no
address is known offers nothing to launch.
"""

import os
import re
import subprocess
import tomllib
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

ROOT = Path(__file__).resolve().parents[2]
# The hosts that Binder knows by a short word; it can launch no private address.
SHORT = {"github.com": "gh", "gitlab.com": "gl"}
NO_PAGE = (":!tests", ":!.github", ":!.ci")  # no page shows anything of these


@dataclass(frozen=True)
class Repository:
    """A public repository, and the revision of it that this book shows."""

    host: str
    path: str
    ref: str

    @property
    def address(self):
        """Return the address for people and for git."""
        return f"https://{self.host}/{self.path}"

    @property
    def binder(self):
        """Return Binder's words for the repository, such as ``gh/someone/project/main``."""
        path = quote(self.path, safe="/" if self.host == "github.com" else "")
        return f"{SHORT[self.host]}/{path}/{quote(self.ref, safe='')}"


def git(*arguments, root=ROOT):
    """Return what git prints, or an empty text where there is no git, clone or answer."""
    # A folder that is no clone, unpacked inside another one, must not answer for that one.
    environment = {**os.environ, "GIT_CEILING_DIRECTORIES": str(Path(root).parent)}
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=root, env=environment, capture_output=True, text=True
        )
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def public_address(text):
    """Split the address of a remote into host and path; nothing for one that Binder cannot reach.

    A user name, a password or a token in the address is dropped.
    """
    text = text.strip()
    short = re.fullmatch(r"(?:[\w.-]+@)?([\w.-]+):(?!//)(?!\d+/)(.+)", text)
    host, path = short.groups() if short else (urlsplit(text).hostname or "", urlsplit(text).path)
    path = path.strip("/").removesuffix(".git").strip("/")
    complete = re.fullmatch(r"[\w.-]+(?:/[\w.-]+)+", path)
    return (host.lower(), path) if host.lower() in SHORT and complete else None


def launch_ref(root=ROOT):
    """Return the revision to launch: a tag, else a commit that was pushed, else the default branch."""
    return (
        os.environ.get("EIH_REF", "").strip()
        or git("describe", "--tags", "--exact-match", root=root)
        or (git("branch", "--remotes", "--contains", "HEAD", root=root) and revision(root))
        or "HEAD"
    )


def repository(root=ROOT):
    """Return the public repository of this book, or None.

    The environment variable ``EIH_REPOSITORY`` comes first (empty: there is none), then the
    remote ``origin`` of the clone.
    """
    named = os.environ.get("EIH_REPOSITORY")
    text = git("config", "--get", "remote.origin.url", root=root) if named is None else named
    found = public_address(text)
    if named and not found:
        raise ValueError(
            f"EIH_REPOSITORY is '{named}'. It must be a repository at {' or '.join(SHORT)}, such as "
            "https://github.com/OWNER/NAME, or empty for a book without launch buttons."
        )
    return Repository(*found, launch_ref(root)) if found else None


def revision(root=ROOT):
    """Return the full name of the commit, or an empty text where there is no clone."""
    return git("rev-parse", "HEAD", root=root)


def version(root=ROOT):
    """Return the version of this edition, as pyproject.toml has it."""
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"][
        "version"
    ]


def changed_files(root=ROOT):
    """List the files that a page may depend on and that differ from the commit."""
    listed = git("status", "--porcelain", "--", ".", *NO_PAGE, root=root)
    return [line.strip().split(maxsplit=1)[-1] for line in listed.splitlines()]


def published_at():
    """Return where the book will be read, as ``EIH_ADDRESS`` says; an empty text where nobody knows.

    A link in a message shows the book's picture only if that has a full address.
    """
    named = os.environ.get("EIH_ADDRESS", "").strip()
    parts = urlsplit(named)
    if named and not (parts.scheme == "https" and parts.hostname and not parts.query):
        raise ValueError(
            f"EIH_ADDRESS is '{named}'. It must be where the book is published, such as "
            "https://OWNER.github.io/NAME, or empty where that is not known."
        )
    return f"{named.rstrip('/')}/" if named else ""


def marks(root=ROOT):
    """Return what pages show of all this: if it changes, they are rendered anew."""
    return repr((repository(root), revision(root), changed_files(root), published_at()))
