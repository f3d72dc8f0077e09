"""Ask other hosts whether the links of the built book still lead somewhere.

Run by the Python of .venv (`make check-links`), and weekly at GitHub. The asking is done by Sphinx's own link
checker, with the settings that stand in _config.yml (`linkcheck_…`): it retries, waits where a host asks for
it, and knows anchors. Here all links of the pages are collected, those of computed outputs included, and what
came back is told: broken, moved, or not checked and why. The exit status is 1 if a link is broken.
"""

import io
import json
import re
import socket
import sys
import tempfile
import warnings
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote

import build
import yaml
from bs4 import BeautifulSoup

REPORT = build.BUILD / "links.md"
# A DOI is ours to get right, the page that it leads to is not, and refuses programs: so the register is asked.
DOI, REGISTER = "https://doi.org/", "https://doi.org/api/handles/"
GONE = re.compile(r"\b(?:404|410) Client Error|^Anchor ")
NO_HOST = re.compile(r"NameResolutionError|getaddrinfo|Name or service not known|nodename nor serv")
FOR_GOOD = (301, 308)
SAID = {
    "service unavailable": "503, the host is out of service",
    "unauthorized": "401, the host wants a password",
}
# The answers that are told, in this order.
HEADS = {
    "broken": "Broken",
    "moved": "Moved for good (they still work)",
    "unchecked": "Could not be checked (look at them by hand)",
}
LONGEST = 160  # characters of what a host or a library says


@dataclass(frozen=True)
class Answer:
    """What came of one link: ``works``, ``moved``, ``broken`` or ``unchecked``, and why."""

    link: str
    verdict: str
    why: str = ""


def links_of(html):
    """Map each link of the built pages that leads to another host to the pages that have it."""
    found = {}
    for path in sorted(html.rglob("*.html")):
        place = path.relative_to(html)
        if "_static" in place.parts:
            continue
        page = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        for tag in page.select('a[href^="http"]'):
            found.setdefault(tag["href"], set()).add(place.with_suffix("").as_posix())
    return {link: sorted(pages) for link, pages in sorted(found.items())}


def asked(link):
    """Return the address to ask for a link: of a DOI that of the register, else the link itself."""
    if link.startswith(DOI):
        return REGISTER + quote(unquote(link.removeprefix(DOI)), safe="/")
    return link


def ask(addresses, settings):
    """Let Sphinx check addresses; return what it notes of each."""
    from docutils import nodes
    from sphinx.application import Sphinx

    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        Path(folder, "index.rst").write_text("Links\n=====\n", encoding="utf-8")
        out = Path(folder, "out")
        usual = socket.getdefaulttimeout()
        warnings.simplefilter("ignore", DeprecationWarning)  # of other defaults, which are set
        try:
            app = Sphinx(
                folder, None, str(out), str(out), "linkcheck", settings, None, io.StringIO()
            )

            def add(app, doctree):
                links = [nodes.reference("", one, refuri=one) for one in addresses]
                doctree.append(nodes.paragraph("", "", *links))

            app.connect("doctree-read", add)
            app.build()
        finally:
            socket.setdefaulttimeout(usual)  # the link checker sets it for the whole process
        lines = (out / "output.json").read_text(encoding="utf-8").splitlines()
    return {row["uri"]: row for row in map(json.loads, lines)}


def judge(link, row, online=True):
    """Say what Sphinx's note on a link means; without ``online`` an unknown host says nothing."""
    status, said = row["status"], " ".join(str(row["info"]).split())
    short = said if len(said) <= LONGEST else said[:LONGEST] + " …"
    if status == "working":
        return Answer(link, "works")
    if status == "redirected":
        moved = row["code"] in FOR_GOOD and not link.startswith(DOI)
        return Answer(link, "moved", f"now at {said}") if moved else Answer(link, "works")
    if status == "broken" and GONE.search(said):
        return Answer(link, "broken", short)
    if status == "broken" and NO_HOST.search(said):
        return Answer(
            link, "broken" if online else "unchecked", "the name of the host is not known"
        )
    if status == "timeout":
        return Answer(link, "unchecked", "no answer in time")
    return Answer(link, "unchecked", SAID.get(said, short) or f"{status}, as _config.yml says")


def check(links, settings):
    """Check links; return an answer for each."""
    rows = ask({asked(link) for link in links}, settings)
    online = any(row["status"] in ("working", "redirected") for row in rows.values())
    return [judge(link, rows[asked(link)], online) for link in links]


def report(answers, pages):
    """Write the answers as a text in Markdown: what needs mending first."""
    of = {kind: [a for a in answers if a.verdict == kind] for kind in HEADS}
    works = sum(a.verdict == "works" for a in answers)
    lines = [f"{len(answers)} links to other hosts: {works} work."]
    for kind, head in HEADS.items():
        if of[kind]:
            lines += ["", f"**{head}: {len(of[kind])}**", ""]
        for answer in of[kind]:
            where = ", ".join(pages[answer.link])
            why = answer.why.replace(
                "`", "'"
            )  # as code: another host's words are no markup of ours
            lines.append(f"- `{answer.link}` ({where}): `{why}`")
    return "\n".join(lines) + "\n"


def settings():
    """Return the settings of the link checker, as _config.yml has them."""
    config = yaml.safe_load((build.ROOT / "_config.yml").read_text(encoding="utf-8"))
    known = config["sphinx"]["config"].items()
    return {name: value for name, value in known if name.startswith("linkcheck_")}


def main():
    """Check the links of the built book; write the report into _build/links.md."""
    pages = links_of(build.HTML)
    if not pages:
        sys.exit(f"There is no link to another host in {build.HTML}. Call: make book")
    answers = check(list(pages), settings())
    text = report(answers, pages)
    verdicts = {answer.verdict for answer in answers}
    if not verdicts & {"works", "moved", "broken"}:
        text = f"No link could be checked: is there a connection?\n\n{text}"
    REPORT.write_text(text, encoding="utf-8")
    print(text, end="")
    return int("broken" in verdicts or verdicts == {"unchecked"})


if __name__ == "__main__":
    sys.exit(main())
