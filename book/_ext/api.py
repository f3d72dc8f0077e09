"""Sphinx extension: the reference of the package, from its docstrings.

`.. eih-api:: models` describes every public name whose home is in `eih.models`, module by module; a
name that is added to the package appears by itself.
"""

import ast
import inspect
import json
import re
from functools import cache
from importlib import import_module
from pathlib import Path

from docutils import nodes
from docutils.statemachine import StringList
from node_tables import table
from sphinx.addnodes import pending_xref
from sphinx.util.docutils import SphinxDirective
from sphinx.util.nodes import nested_parse_with_titles

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"


def public_names():
    """Return every public name: (module that holds it, name to call it by), in the package's order."""
    import eih

    found = [(f"eih.{home}", f"eih.{name}") for name, home in eih._HOME_OF.items()]
    for part in eih._PARTS:  # public by themselves, such as eih.figures
        module = import_module(f"eih.{part}")
        for name in getattr(module, "__all__", ()):
            value = getattr(module, name)
            home = getattr(value, "__module__", None) or _home(module, name)
            found.append((home, f"eih.{part}.{name}"))
    return found


def _home(module, name):
    """Return where a constant stands: only the part itself knows."""
    return f"{module.__name__}.{getattr(module, '_HOME_OF', {}).get(name, '')}".rstrip(".")


def layer_of(home):
    """Return the layer of a module: ``eih.models.fitted`` lies in ``models``, ``eih.style`` in ``style``."""
    return home.split(".")[1]


def names_of(layers):
    """Return module → public names, for one or more layers, in the package's own order."""
    by_module = {}
    for home, name in public_names():
        if layer_of(home) in layers:
            by_module.setdefault(home, []).append(name)
    return by_module


def heading(home):
    """Return the heading of a module: its name in words."""
    words = home.rsplit(".", 1)[-1].strip("_").replace("_", " ")
    return words[:1].upper() + words[1:]


@cache
def code_of_chapters():
    """Return the code of each notebook: chapter → text."""
    codes = {}
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        codes[path.stem] = "\n".join(
            "".join(c["source"]) for c in cells if c["cell_type"] == "code"
        )
    return codes


def chapters_with(name):
    """List the chapters whose code calls a public name."""
    package, own = name.rsplit(".", 1)
    before = package if package == "eih" else package.removeprefix("eih.")
    short = "" if package == "eih" else r"(?<![\w.])|"  # after `from eih.figures import …`
    call = re.compile(rf"(?:{short}\b{before}\.){own}\(")
    return [chapter for chapter, code in code_of_chapters().items() if call.search(code)]


def used_in(name, known):
    """Return the line that leads to the chapters that use a name, of those that the book has."""
    chapters = [c for c in chapters_with(name) if f"notebooks/{c}" in known]
    links = ", ".join(f":doc:`/notebooks/{chapter}`" for chapter in chapters)
    return ["", f"   Used in {links}.", ""] if links else [""]


def directive_for(name, known=()):
    """Return the lines that describe one public name."""
    package, own = name.rsplit(".", 1)
    value = getattr(import_module(package), own)
    if inspect.isclass(value):
        kind = "exception" if issubclass(value, BaseException) else "class"
        members = [] if kind == "exception" else ["   :members:", "   :member-order: bysource"]
        return [f".. auto{kind}:: {name}", *members, *used_in(name, known)]
    if inspect.isroutine(value):
        return [f".. autofunction:: {name}", *used_in(name, known)]
    return [f".. py:data:: {name}", f"   :value: {value!r}"[:300], ""]


def first_line(home):
    """Return what a module says of itself in one line."""
    return (inspect.getdoc(import_module(home)) or "").split("\n\n")[0].splitlines()


def summary(name):
    """Return the first sentence of the docstring of a public name."""
    package, own = name.rsplit(".", 1)
    value = getattr(import_module(package), own)
    if not (inspect.isclass(value) or inspect.isroutine(value)):
        return f"`{value!r}`"[:80]
    return " ".join((inspect.getdoc(value) or "").split("\n\n")[0].split()).replace("``", "`")


class Api(SphinxDirective):
    """Describe the public names of one or more layers."""

    required_arguments = 1
    optional_arguments = 9

    def run(self):
        """Write the directives of autodoc, and parse them."""
        described = names_of(self.arguments)
        lines = [] if described else ["This layer has no public name yet.", ""]
        for home, names in described.items():
            title = heading(home)
            lines += [title, "-" * len(title), "", *first_line(home), ""]
            for name in names:
                lines += directive_for(name, self.env.found_docs)
        node = nodes.section()
        node.document = self.state.document
        source, _ = self.get_source_info()
        nested_parse_with_titles(self.state, StringList(lines, source), node)
        return node.children


@cache
def everything():
    """Return all that the package is made of: its modules, functions and classes, by full name."""
    import eih

    top = Path(eih.__file__).parent
    found = set()
    for path in top.rglob("*.py"):
        parts = path.relative_to(top.parent).with_suffix("").parts
        module = ".".join(part for part in parts if part != "__init__")
        kinds = (ast.FunctionDef, ast.ClassDef)
        own = [n.name for n in ast.parse(path.read_text("utf-8")).body if isinstance(n, kinds)]
        found |= {module, *(f"{module}.{name}" for name in own)}
    return found


def resolve(app, env, node, contnode):
    """Lead from an inner name to the public one; leave one that only readers of the code meet as text.

    A docstring may name `eih.brain.maps.load`, which has no entry here, or a function beside it by its
    short name. What the package does not have at all stays a broken reference.
    """
    if node.get("refdomain") != "py":
        return None
    target = node["reftarget"]
    public = {f"{home}.{name.rsplit('.', 1)[1]}": name for home, name in public_names()}
    if target in public:
        domain, place = env.get_domain("py"), node.get("refdoc", env.docname)
        return domain.resolve_xref(env, place, app.builder, "obj", public[target], node, contnode)
    inner = target in everything() or any(name.endswith(f".{target}") for name in everything())
    return contnode if inner else None


class Layers(SphinxDirective):
    """List every public name with its first sentence: a section for each page given."""

    has_content = True

    def run(self):
        """Read lines such as `models: models, style`: page, and the layers that it describes."""
        folder = self.env.docname.rsplit("/", 1)[0]
        sections = []
        for line in self.content:
            page, layers = line.split(":")
            names = [name for names in names_of(layers.split()).values() for name in names]
            docname = f"{folder}/{page}"
            section = nodes.section(ids=[nodes.make_id(f"layer-{page}")])
            link = pending_xref(
                "", nodes.inline("", page), refdomain="std", reftype="doc", refexplicit=False,
                reftarget=f"/{docname}", refdoc=self.env.docname, refwarn=True,
            )  # fmt: skip
            section += nodes.title("", "", link)
            if names:
                section += table(["name", "what it is"], [self._row(name) for name in names])
            sections.append(section)
        return sections

    def _row(self, name):
        target = pending_xref(
            "", nodes.literal(name, name), refdomain="py", reftype="obj", refexplicit=True,
            reftarget=name, refdoc=self.env.docname, refwarn=True,
        )  # fmt: skip
        return [nodes.paragraph("", "", target), summary(name)]


def setup(app):
    """Add the directives; types of other packages are text, for no page may ask another host."""
    app.setup_extension("sphinx.ext.autodoc")
    app.setup_extension("sphinx.ext.napoleon")
    app.connect("missing-reference", resolve)
    app.add_directive("eih-api", Api)
    app.add_directive("eih-layers", Layers)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
