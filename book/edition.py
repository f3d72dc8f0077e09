"""Make one file of the whole book: HTML that needs nothing else, and a PDF of it where there is Chromium.

Run by the Python of .venv (`make edition`) after the book is built. The pages of _toc.yml follow one another
in its order, with pictures, fonts and style within the file. No script is left: where one would draw, the
picture stands that a reader without scripts sees, and what is folded unfolds as before.
"""

import base64
import mimetypes
import re
import shutil
import sys
from html import escape
from urllib.parse import unquote, urldefrag, urlsplit

import build
import yaml
from _ext import provenance
from bs4 import BeautifulSoup

ROOT, HTML = build.ROOT, build.HTML
RELEASE = build.BUILD / "release"
OWN_STYLE = ROOT / "book" / "edition.css"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
# Style sheets of what is left out: buttons, live code, figures drawn by scripts.
NO_STYLE = ("togglebutton", "copybutton", "sphinx-thebe", "live")
# What only a script, or a book of many files, gives a meaning to.
NO_USE = "script, template, button, a.headerlink, .eih-launch, .eih-controls, input"
NO_MEANING = ("loading", "decoding", "fetchpriority", "data-live", "data-verdicts", "onclick")
REFERS = ("for", "aria-labelledby", "aria-describedby", "aria-controls", "headers")
PART, PAGE = 2, 3  # levels of headings: 1 is the title of the book
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


def parts_of(toc):
    """List the parts of a table of contents: caption and pages of each; the front page has no caption."""
    return [
        ("", [toc["root"]]),
        *((part["caption"], build.toc_pages(part)) for part in toc["parts"]),
    ]


def article_of(page, html=HTML):
    """Read the content of a built page."""
    path = html / f"{page}.html"
    if not path.is_file():
        raise EditionError(f"The page {page} of _toc.yml is not built. Call: make book")
    found = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser").select_one("article")
    if found is None:
        raise EditionError(f"{path} has no article: has the theme changed? See book/edition.py.")
    return found


def new_address(link, page, ids, html=HTML):
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


def settle_links(article, page, ids, html=HTML):
    """Lead the links of a page within the one file; one that leads elsewhere on the disk becomes text."""
    for tag in article.select("a[href]"):
        address = new_address(tag["href"], page, ids, html)
        if address is None:
            tag.unwrap()
            continue
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


def inline_css(path):
    """Return a style sheet with fonts and pictures within it; what is not there is left out."""
    text = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)

    def face(match):  # of the theme's icons, those in use are a font of our own
        return "" if "vendor/" in match[0] else match[0]

    def held(match):
        address = match[1].strip("\"' ")
        file = path.parent / unquote(urlsplit(address).path)
        if address.startswith(("data:", "#")):
            return match[0]
        return f'url("{embed(file)}")' if file.is_file() else "none"

    text = re.sub(r"@font-face\s*\{[^}]*\}", face, text)
    text = re.sub(r"@import[^;]+;", "", text)
    # An address with quotes may hold brackets and quotes of the other kind.
    return re.sub(r"url\((\s*\"[^\"]*\"\s*|\s*'[^']*'\s*|[^)\"']*)\)", held, text)


def style_of(html=HTML):
    """Return the book's style, in the order in which its pages ask for it, and that of this edition."""
    front = BeautifulSoup((html / "book" / "index.html").read_text(encoding="utf-8"), "html.parser")
    sheets = [
        (html / "book" / urlsplit(link["href"]).path).resolve()
        for link in front.select("link[rel=stylesheet]")
    ]
    used = [path for path in sheets if not path.name.startswith(NO_STYLE)]
    return "\n".join(map(inline_css, [*used, OWN_STYLE]))


def contents_of(parts, articles):
    """Return the list of contents: parts, pages, and the headings of each page."""
    lines, chapter = [], 0
    for caption, pages in parts:
        rows = []
        first = f'<ol start="{chapter + 1}">' if caption else '<ol class="eih-front">'
        chapter += len(pages) if caption else 0  # the front page is no chapter
        for page in pages:
            heads = articles[page].find_all(re.compile("^h[1-6]$"))
            title = " ".join(heads[0].get_text().split())
            below = "".join(
                f'<li><a href="#{escape(head.parent["id"])}">{escape(" ".join(head.get_text().split()))}</a></li>'
                for head in heads[1:]
                if "eih-h2" in head["class"] and head.parent.get("id")
            )
            below = f"<ul>{below}</ul>" if below else ""
            rows.append(f'<li><a href="#{slug(page)}">{escape(title)}</a>{below}</li>')
        head = f'<p class="eih-part">{escape(caption)}</p>' if caption else ""
        lines.append(f"{head}{first}{''.join(rows)}</ol>")
    title = '<h2 id="contents-title">Contents</h2>'
    return f'<nav id="contents" aria-labelledby="contents-title">{title}{"".join(lines)}</nav>'


def title_page(config, version):
    """Return the head of the edition: title, version, revision, licences."""
    commit, address = provenance.revision(), provenance.published_at()
    stamp = f"Version {version}" + (f", commit <code>{commit}</code>" if commit else "")
    if commit and provenance.changed_files():
        stamp += " with changes that are not committed"
    where = f' at <a href="{escape(address)}">{escape(address)}</a>' if address else ""
    return (
        f'<header class="eih-title"><h1>{escape(config["title"])}</h1><p>{escape(config["author"])}. {stamp}.</p>'
        f"<p>The whole book in one file, readable offline. Its figures are pictures here; in the book of many "
        f"pages{where} some answer the reader, and each chapter can be run.</p>"
        f"<p>{escape(config['html']['extra_footer'].strip())}</p></header>"
    )


def make_edition(toc, config, version, html=HTML):
    """Return the whole book as one HTML document."""
    parts = parts_of(toc)
    pages = [page for _, below in parts for page in below]
    articles = {page: article_of(page, html) for page in pages}
    for article in articles.values():
        plain(article)
    ids = {page: {tag["id"] for tag in one.find_all(id=True)} for page, one in articles.items()}
    styles, chapters = [], []
    for caption, below in parts:
        level = PAGE if caption else PART
        for page in below:
            article = articles[page]
            settle_links(article, page, ids, html)
            settle_names(article, page, ids)
            collect_styles(article, styles)
            lower_headings(article, level - 1)
            article["id"] = slug(page)
        content = "".join(str(articles[page]) for page in below)
        head = f"<h{PART}>{escape(caption)}</h{PART}>" if caption else ""
        chapters.append(f'<section class="eih-part-of-book">{head}{content}</section>')
    return f"""<!DOCTYPE html>
<html lang="en" data-theme="light" data-mode="light">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(config["title"])}</title>
<style>{style_of(html)}</style>
<style>{chr(10).join(styles)}</style>
</head>
<body class="eih-edition">
<a class="skip-link" href="#contents">Skip to the contents</a>
<main class="bd-content"><div class="bd-article-container">
{title_page(config, version)}
{contents_of(parts, articles)}
{chr(10).join(chapters)}
</div></main>
<a class="eih-up" href="#contents">Contents</a>
</body>
</html>
"""


def find_browser():
    """Return the path of a Chromium of this machine, or None."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def print_pdf(page, target, browser):
    """Print a file of HTML as PDF, all that is folded unfolded, with bookmarks and page numbers."""
    from playwright.sync_api import sync_playwright

    number = '<div style="font-size:8px;width:100%;text-align:center"><span class="pageNumber"></span></div>'
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        sheet = chromium.new_page()
        sheet.goto(page.as_uri())
        sheet.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
        sheet.evaluate("document.fonts.ready.then(() => true)")
        sheet.pdf(
            path=target, format="A4", print_background=True, outline=True, tagged=True,
            display_header_footer=True, header_template="<span></span>", footer_template=number,
            margin={"top": "16mm", "bottom": "18mm", "left": "16mm", "right": "16mm"},
        )  # fmt: skip
        chromium.close()


def main():
    """Write the edition into _build/release."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    version = provenance.version()
    RELEASE.mkdir(parents=True, exist_ok=True)
    target = RELEASE / f"eih-book-{version}.html"
    for kind in ("html", "pdf"):
        for old in RELEASE.glob(f"eih-book-*.{kind}"):
            old.unlink()
    try:
        target.write_text(make_edition(toc, config, version), encoding="utf-8")
    except EditionError as error:
        sys.exit(str(error))
    print(f"{target.relative_to(ROOT)}: {target.stat().st_size / 1e6:.1f} MB")
    browser = find_browser()
    if not browser:
        print("No PDF: printing it needs Chromium (Debian, Ubuntu: apt install chromium).")
        return 0
    pdf = target.with_suffix(".pdf")
    print_pdf(target, pdf, browser)
    print(f"{pdf.relative_to(ROOT)}: {pdf.stat().st_size / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
