"""Sphinx extension: how this book was built: revision, versions, time of each chapter.

Nothing that names the machine is shown: no host, user or path.
"""

import platform
from importlib.metadata import requires, version

from docutils import nodes
from environment import LOCK, departures, pins
from myst_nb.sphinx_ import NbMetadataCollector
from node_tables import table
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from provenance import changed_files, git, repository, revision
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective


def sources():
    """Say which sources the book was made from: pairs of what and value."""
    commit, changed, origin = revision(), changed_files(), repository()
    if not commit:
        return [["revision", "not known: built outside a clone"]]
    state = f"changed since, in {len(changed)} files" if changed else "exactly this commit"
    return [
        ["revision", f"`{commit}`"],
        ["committed", git("log", "-1", "--format=%cs")],
        ["state of the sources", state],
        ["repository", origin.address if origin else "none named"],
    ]


def direct_packages():
    """Return name → installed version of what pyproject.toml asks for, its extra `book` included."""
    asked = [Requirement(text) for text in requires("eih") or []]
    used = [one for one in asked if one.marker is None or one.marker.evaluate({"extra": "book"})]
    return {name: version(name) for name in sorted({canonicalize_name(one.name) for one in used})}


def environment():
    """Say what computed the book: pairs of what and value."""
    locked = pins(LOCK.read_text(encoding="utf-8"))
    wrong = departures(locked)
    agrees = (
        "all in the locked version"
        if not wrong
        else f"{len(wrong)} not as locked: {'; '.join(wrong)}"
    )
    rows = [
        ["Python", platform.python_version()],
        ["system", f"{platform.system()}, {platform.machine()}"],
        [f"{len(locked)} packages of `requirements.txt`", agrees],
    ]
    return rows + [[f"`{name}`", number] for name, number in direct_packages().items()]


class Times(nodes.General, nodes.Element):
    """A place for the table of times, known once every page is read."""


class Built(SphinxDirective):
    """Show `sources`, `environment` or `times`."""

    required_arguments = 1

    def run(self):
        """Make the table that was asked for."""
        what = self.arguments[0]
        if what == "times":
            return [Times()]
        known = {"sources": sources, "environment": environment}
        if what not in known:
            raise self.error(f"eih-built knows {[*known, 'times']}, not '{what}'.")
        return [table(["what", "value"], known[what]())]


class FillTimes(SphinxPostTransform):
    """Put the table of times into its place."""

    default_priority = 8

    def run(self, **options):
        """List the chapters in the order of the book, with the seconds that each took."""
        for place in list(self.document.findall(Times)):
            place.replace_self(times(self.env))


def times(env):
    """Return the table of run times, and their sum."""
    seconds = {
        name: data["exec_data"]["runtime"]
        for name, data in NbMetadataCollector.get_doc_data(env).items()
        if data.get("exec_data", {}).get("runtime") is not None
    }
    order = [name for name in _in_order(env) if name in seconds]
    rows = [[env.titles[name].astext(), f"{seconds[name]:.1f}"] for name in order]
    total = sum(seconds[name] for name in order)
    return table(["chapter", "seconds"], [*rows, ["all chapters", f"{total:.0f}"]], ["eih-times"])


def _in_order(env, start=None, seen=()):
    """List the pages as a reader turns them."""
    start = start or env.config.root_doc
    found = [start]
    for name in env.toctree_includes.get(start, []):
        if name not in seen:
            found += _in_order(env, name, (*seen, start))
    return found


def setup(app):
    """Add the directive."""
    app.add_node(Times)
    app.add_directive("eih-built", Built)
    app.add_post_transform(FillTimes)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
