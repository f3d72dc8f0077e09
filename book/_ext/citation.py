"""Sphinx extension: how to cite, from CITATION.cff: as a sentence, and as BibTeX."""

from pathlib import Path

import yaml
from docutils import nodes
from provenance import repository
from sphinx.util.docutils import SphinxDirective

FILE = Path(__file__).resolve().parents[2] / "CITATION.cff"


def people(authors):
    """Write authors as a reference list does: Nold JI, Fadai T, Büchel C."""
    names = []
    for one in authors:
        initials = "".join(part[0] for part in one.get("given-names", "").replace(".", "").split())
        names.append(one.get("name") or f"{one['family-names']} {initials}")
    return ", ".join(names)


def sentence(work):
    """Write one work as a reference."""
    year = f" ({work['year']})" if "year" in work else ""
    parts = [f"{people(work['authors'])}{year}. {work['title'].strip()}."]
    if "journal" in work:
        parts.append(f"{work['journal']} {work['volume']}:{work['start']}.")
    if "version" in work:
        parts.append(f"Version {work['version']}.")
    return " ".join(parts)


def address(work):
    """Return where a work is found, if that is known."""
    return f"https://doi.org/{work['doi']}" if "doi" in work else work.get("url", "")


def bibtex(work, key):
    """Write one work as a BibTeX entry."""
    names = " and ".join(
        f"{{{one['name']}}}" if "name" in one else f"{one['family-names']}, {one['given-names']}"
        for one in work["authors"]
    )
    fields = {"author": names, "title": f"{{{' '.join(work['title'].split())}}}"}
    fields |= {
        name: work[name]
        for name in ("journal", "volume", "year", "version", "doi", "url")
        if name in work
    }
    if "start" in work:
        fields["pages"] = work["start"]
    kind = "article" if "journal" in work else "misc"
    lines = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items())
    return f"@{kind}{{{key},\n{lines}\n}}"


class Citation(SphinxDirective):
    """Show how to cite the `edition` or the `paper`."""

    required_arguments = 1

    def run(self):
        """Write the sentence and the BibTeX entry."""
        self.env.note_dependency(str(FILE))
        known = yaml.safe_load(FILE.read_text(encoding="utf-8"))
        origin = repository()
        edition = {**known, **({"url": origin.address} if origin and "url" not in known else {})}
        works = {"edition": (edition, "eih"), "paper": (known["references"][0], "nold2025")}
        if self.arguments[0] not in works:
            raise self.error(f"eih-citation knows {list(works)}, not '{self.arguments[0]}'.")
        work, key = works[self.arguments[0]]
        text = bibtex(work, key)
        paragraph = nodes.paragraph("", sentence(work) + " ")
        if link := address(work):
            paragraph += nodes.reference("", link, refuri=link, internal=False)
        return [
            paragraph,
            nodes.literal_block(text, text, language="bibtex"),
        ]


def setup(app):
    """Add the directive."""
    app.add_directive("eih-citation", Citation)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
