"""Make one file of the whole book: HTML that needs nothing else, and a PDF of it where there is Chromium.

Run by the Python of .venv (`make edition`) after the book is built. The pages of _toc.yml follow one another
in its order, with pictures, fonts and style within the file. No script is left: where one would draw, the
picture stands that a reader without scripts sees, and what is folded unfolds as before.
"""

import re
import shutil
import sys
from html import escape
from urllib.parse import unquote, urlsplit

import build
import yaml
from _ext import provenance
from bs4 import BeautifulSoup
from edition_page import (
    EditionError,
    article_of,
    collect_styles,
    embed,
    lower_headings,
    plain,
    settle_links,
    settle_names,
    slug,
)

ROOT, HTML = build.ROOT, build.HTML
RELEASE = build.BUILD / "release"
OWN_STYLE = ROOT / "book" / "edition.css"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
# Style sheets of what is left out: buttons, live code, figures drawn by scripts.
NO_STYLE = ("togglebutton", "copybutton", "sphinx-thebe", "live")
PART, PAGE = 2, 3  # levels of headings: 1 is the title of the book


def parts_of(toc):
    """List the parts of a table of contents: caption and pages of each; the front page has no caption."""
    return [
        ("", [toc["root"]]),
        *((part["caption"], build.toc_pages(part)) for part in toc["parts"]),
    ]


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
<a class="eih-up" href="#contents">Contents</a>
</div></main>
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
