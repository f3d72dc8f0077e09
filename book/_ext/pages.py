"""Sphinx extension: what every page of the book has in common.

An opening with place, time to read and what the page rests on; numbered figures; a description for search
engines and for links in messages; the question of the next chapter; scripts only where a page uses them.
"""

import html
import math
import re

from docutils import nodes
from provenance import published_at

from eih.style import KINDS, kind_badge

WORDS_PER_MINUTE = 200
SECONDS_PER_FIGURE = 15
LONGEST_DESCRIPTION = 200
OPENING = re.compile(r'<div class="([^"]*\beih-opening\b[^"]*)"[^>]*>')
FIGURE = re.compile(
    r'<figure class="eih-figure[^"]*" id="(?P<id>[^"]+)".*?<figcaption>', flags=re.DOTALL
)
SCRIPTS = {"data-live=": "live/figures.js", "data-verdicts=": "live/ledger.js"}


def chapters(app):
    """Map each document of the table of contents to its number and the part it stands in."""
    site, found = app.config.external_site_map, {}

    def visit(name, part):
        found[name] = (len(found) + 1, part)
        for below in site[name].child_files():
            visit(below, part)

    for tree in site.root.subtrees:
        for name in tree.files():
            visit(name, tree.caption or "")
    return found


def opening_of(doctree):
    """Return the opening of a chapter, or None."""
    return next(
        (node for node in doctree.findall(nodes.container) if "eih-opening" in node["classes"]),
        None,
    )


def plain(node):
    """Return the text of a node in one line."""
    return " ".join(node.astext().split())


def description_of(doctree):
    """Return what a page is about: the question of its opening, or its first paragraph."""
    opening = opening_of(doctree)
    first = next((opening if opening is not None else doctree).findall(nodes.paragraph), None)
    text = "" if first is None else plain(first).removeprefix("Question. ")
    if len(text) > LONGEST_DESCRIPTION:
        text = text[:LONGEST_DESCRIPTION].rsplit(" ", 1)[0].rstrip(",;:") + " …"
    return text


def minutes_of(doctree, n_figures):
    """Estimate the time to read a page from its words and figures; code and tables do not count."""
    prose = [node for node in doctree.findall(nodes.paragraph) if not _in_output(node)]
    words = sum(len(plain(node).split()) for node in prose)
    return max(1, math.ceil(words / WORDS_PER_MINUTE + n_figures * SECONDS_PER_FIGURE / 60))


def _in_output(node):
    while node is not None:
        if isinstance(node, nodes.Element) and "cell_output" in node.get("classes", []):
            return True
        node = node.parent
    return False


def kind_badges(classes, text=""):
    """Return the badges of what a chapter rests on, in a fixed order.

    Its opening has classes such as ``rests-on-measured``, or badges in its text.
    """
    names = {kind: kind.replace(" ", "-") for kind in KINDS}
    named = set(classes.split())
    return " ".join(
        kind_badge(kind)
        for kind, name in names.items()
        if f"rests-on-{name}" in named or re.search(rf'class="eih-kind eih-{name}"', text)
    )


def number_figures(body, chapter):
    """Give each figure the number of its chapter and its own, which links to it."""
    count = 0

    def numbered(match):
        nonlocal count
        count += 1
        number = f"{chapter}.{count}" if chapter else f"{count}"
        words = f"Figure {number} of this book: link to it"
        link = f'<a class="eih-number" href="#{match["id"]}" title="{words}">{number}</a> '
        return match[0] + link

    return FIGURE.sub(numbered, body), count


def meta_tags(title, description, site, card, address):
    """Return the description of a page for search engines, and its card for links in messages."""
    properties = {
        "og:type": "article",
        "og:site_name": site,
        "og:title": title,
        "og:description": description,
        "og:image": card,
        "og:image:alt": f"{site}: title and scoreboard",
        "og:url": address,
    }
    tags = [
        f'<meta property="{name}" content="{html.escape(value, quote=True)}">'
        for name, value in properties.items()
        if value
    ]
    tags.append(f'<meta name="description" content="{html.escape(description, quote=True)}">')
    tags.append('<meta name="twitter:card" content="summary_large_image">')
    return "\n".join(tags)


def finish_page(app, pagename, templatename, context, doctree):
    """Complete the context of one page."""
    description, body = "", context.get("body", "")
    if doctree is not None:
        number, part = chapters(app).get(pagename, (0, ""))
        body, n_figures = number_figures(body, number)
        minutes = minutes_of(doctree, n_figures)
        description = description_of(doctree)

        def opened(match):
            place = f"{part}, chapter {number}" if number else part
            said = f"<span>{html.escape(place)}</span><span>{minutes} min to read</span>"
            opening = body[match.end() : body.index("</div>", match.end())]
            badges = kind_badges(match[1], opening)
            return f'{match[0]}<p class="eih-meta">{said}{badges}</p>'

        body = OPENING.sub(opened, body, count=1)
        # The words on a fold are its name; the notebook tool would hide them behind another.
        context["body"] = body.replace(' aria-label="Toggle hidden content"', "")
        _ask_next(app, pagename, context)
    base = (app.config.html_baseurl or "").rstrip("/")
    card = (
        f"{base}/_static/card.png" if base else context["pathto"]("_static/card.png", resource=True)
    )
    address = f"{base}/{pagename}.html" if base else ""
    title = re.sub("<[^>]+>", "", context.get("title") or "")
    context["metatags"] = context.get("metatags", "") + meta_tags(
        html.unescape(title), description, app.config.html_title, card, address
    )
    used = [script for mark, script in SCRIPTS.items() if mark in body]
    for script in ["live/controls.js", *used] if used else []:
        app.add_js_file(script, loading_method="defer")
    if used:
        app.add_css_file("live/live.css")


def _ask_next(app, pagename, context):
    """Put the question of the next chapter under its title."""
    following = (app.builder.relations.get(pagename) or [None] * 3)[2]
    question = app.eih_questions.get(following)
    if question and context.get("next"):
        shown = f'<span class="eih-question">{html.escape(question)}</span>'
        context["next_title"] = context["next"]["title"] + shown


def find_questions(app, env):
    """Note the question of each chapter once all pages are read: the page before it asks it."""
    app.eih_questions = {}
    for pagename in chapters(app):
        doctree = env.get_doctree(pagename)
        if opening_of(doctree) is not None:
            app.eih_questions[pagename] = description_of(doctree)


def begin(app):
    """Start with the address that the book will have."""
    app.config.html_baseurl = published_at()


def setup(app):
    """Connect the parts to the build."""
    app.connect("builder-inited", begin)
    app.connect("html-page-context", finish_page)
    app.connect("env-updated", find_questions)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
