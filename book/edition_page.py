"""What a page of the book becomes when it is part of one file: its links, its names, its pictures.

For `edition.py`, which puts the pages together.
"""

import base64
import mimetypes
import re
from urllib.parse import unquote, urldefrag, urlsplit

from _ext import provenance
from bs4 import BeautifulSoup

# What only a script, or a book of many files, gives a meaning to.
NO_USE = "script, template, button, a.headerlink, .eih-launch, .eih-controls, input"
NO_MEANING = ("loading", "decoding", "fetchpriority", "data-live", "data-verdicts", "onclick")
REFERS = ("for", "aria-labelledby", "aria-describedby", "aria-controls", "headers")
TYPES = {".webp": "image/webp", ".woff": "font/woff", ".woff2": "font/woff2"}


class EditionError(Exception):
    """The pages cannot become one file; the message says which and why."""


def slug(page):
    """Return the anchor of a page: notebooks/heat_pain becomes notebooks-heat_pain."""
    return page.replace("/", "-")


def embed(path):
    """Return a file as an address that holds it."""
    kind = TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0]
    if not path.is_file() or not kind:
        raise EditionError(f"{path} is not there or of no known kind. Call: make book")
    return f"data:{kind};base64,{base64.b64encode(path.read_bytes()).decode('ascii')}"


def article_of(page, html):
    """Read the content of a built page."""
    path = html / f"{page}.html"
    if not path.is_file():
        raise EditionError(f"The page {page} of _toc.yml is not built. Call: make book")
    found = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser").select_one("article")
    if found is None:
        raise EditionError(f"{path} has no article: has the theme changed? See book/edition.py.")
    return found


def new_address(link, page, ids, html):
    """Return where a link of a page leads within the one file; None if it leads out of what that holds.

    ``ids`` maps each page to the anchors that it has.
    """
    if urlsplit(link).scheme or link.startswith("//"):
        return link
    address, anchor = urldefrag(link)
    place = unquote(urlsplit(address).path)
    target = page
    if place:
        path = (html / page).parent.joinpath(place).resolve()
        if not path.is_relative_to(html.resolve()):
            return None
        target = path.relative_to(html.resolve()).with_suffix("").as_posix()
        if target not in ids or path.suffix != ".html":
            outside = provenance.published_at()
            shown = path.relative_to(html.resolve()).as_posix()
            return f"{outside}{shown}{anchor and '#' + anchor}" if outside else None
    anchor = unquote(anchor)
    return f"#{slug(target)}--{anchor}" if anchor in ids[target] else f"#{slug(target)}"


def settle_names(article, page, ids):
    """Give every anchor of a page a name that no other page has, and what refers to it the same."""
    first = f"{slug(page)}--"

    def renamed(match):
        return f"{match[1]}{first}{match[2]}" if match[2] in ids[page] else match[0]

    for tag in article.find_all(True):
        if tag.get("id"):
            tag["id"] = first + tag["id"]
        for name in REFERS:
            if tag.get(name):
                words = tag[name] if isinstance(tag[name], list) else tag[name].split()
                tag[name] = " ".join(first + word if word in ids[page] else word for word in words)
        for name, value in tag.attrs.items():
            if isinstance(value, str) and "url(#" in value:
                tag[name] = re.sub(r"(url\(#)([^)]+)", renamed, value)
        if tag.name == "style":  # of a table, by its name
            tag.string = re.sub(r"(#)([A-Za-z][\w-]*)", renamed, tag.string or "")


def settle_links(article, page, ids, html):
    """Lead the links of a page within the one file; one that leads elsewhere on the disk becomes text."""
    for tag in article.select("a[href]"):
        address = new_address(tag["href"], page, ids, html)
        if address is None:  # the words stay, and their looks
            tag.name = "span"
            del tag["href"]
        else:
            tag["href"] = address
        del tag["target"], tag["download"]
    for tag in article.select("[src]"):
        path = (html / page).parent / unquote(urlsplit(tag["src"]).path)
        if not tag["src"].startswith("data:"):
            tag["src"] = embed(path)


def plain(article):
    """Take out what needs a script, show what stands in for it, and unfold tabs into a row of blocks."""
    for tag in article.select(".eih-viewer"):
        note = BeautifulSoup("", "html.parser").new_tag("p", attrs={"class": "eih-note"})
        note.string = "The interactive viewer is in the book of many pages."
        tag.replace_with(note)
    for tag in article.select(NO_USE):
        tag.decompose()
    for tag in article.select("noscript"):
        tag.unwrap()
    for tag in article.select("label.sd-tab-label"):
        tag.name, tag.attrs = "p", {"class": "eih-tab"}
    for tag in article.select(".sd-tab-content"):
        tag.attrs = {"class": "eih-tab-content"}
    for tag in article.find_all(True):
        for name in NO_MEANING:
            del tag[name]
        if "eih-live" in tag.get("class", []):
            tag["class"].remove("eih-live")


def lower_headings(article, by):
    """Move all headings of a page down, so that they nest below its part; they keep their looks by a class."""
    for tag in article.find_all(re.compile("^h[1-6]$")):
        level = int(tag.name[1])
        tag.name = f"h{min(level + by, 6)}"
        tag["class"] = [*tag.get("class", []), f"eih-h{level}"]


def collect_styles(article, styles):
    """Move the style sheets of tables into a list, each once."""
    for tag in article.select("style"):
        text = (tag.string or "").strip()
        if text and text not in styles:
            styles.append(text)
        tag.decompose()
