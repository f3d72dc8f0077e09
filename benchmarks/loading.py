"""Measure what a reader waits for: bytes of each page over the wire, its largest paint, what moves.

``python benchmarks/loading.py`` prints the lines. The book must be built. A server on this machine sends the
files packed, as a host does; Chromium opens each page as a reader who comes for the first time, with a
processor slowed down four times, and tells what it was sent and when the largest part of the page was there.
"""

import functools
import gzip
import shutil
import threading
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO

import pandas as pd
from measure import ROOT, Line

HTML = ROOT / "_build" / "html"
FIRST, NEXT, SITE = 700, 300, 60
PAINT, SHIFT, SLOWER = 2.5, 0.05, 4
PACKED = (".html", ".css", ".js", ".svg", ".json")  # other kinds are packed already
WATCH = """
globalThis.seen = {paint: 0, shift: 0, part: ""};
new PerformanceObserver(list => list.getEntries().forEach(one => {
  seen.paint = one.startTime / 1000;
  seen.part = one.element ? one.element.tagName.toLowerCase() : "";
})).observe({type: "largest-contentful-paint", buffered: true});
new PerformanceObserver(list => list.getEntries().forEach(one => {
  if (!one.hadRecentInput) seen.shift += one.value;
})).observe({type: "layout-shift", buffered: true});
"""


class Packing(SimpleHTTPRequestHandler):
    """Serve files packed where that makes them smaller, each packed once."""

    packed = {}

    def send_head(self):
        """Answer with the packed file."""
        path = self.translate_path(self.path)
        if not path.endswith(PACKED):
            return super().send_head()
        try:
            if path not in self.packed:
                with open(path, "rb") as file:
                    self.packed[path] = gzip.compress(file.read(), 6)
        except OSError:
            return super().send_head()
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(path))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(self.packed[path])))
        self.end_headers()
        return BytesIO(self.packed[path])

    def log_message(self, *args):
        """Say nothing."""


@contextmanager
def served(folder):
    """Serve the files of a folder, packed, while the block runs; give the address."""
    handler = functools.partial(Packing, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.handle_error = lambda *_: None  # a page that is left early
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@contextmanager
def _chromium():
    from playwright.sync_api import sync_playwright

    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        raise RuntimeError("There is no Chromium here. Debian, Ubuntu: apt install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


def look(browser, address, width=1280, height=900):
    """Open a page with nothing in the browser's cache; return bytes, of its own and all, paint and shift."""
    context = browser.new_context(viewport={"width": width, "height": height})
    context.add_init_script(WATCH)
    page = context.new_page()
    tools = context.new_cdp_session(page)
    tools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    tools.send("Network.enable")
    urls, sizes = {}, {}
    tools.on(
        "Network.requestWillBeSent",
        lambda one: urls.update({one["requestId"]: one["request"]["url"]}),
    )
    tools.on(
        "Network.loadingFinished",
        lambda one: sizes.update({one["requestId"]: one["encodedDataLength"]}),
    )
    page.goto(address, wait_until="networkidle")
    for _ in range(100):  # the pages' policy lets no waiting by a text of JavaScript
        seen = page.evaluate("seen")
        if seen["paint"]:
            break
        page.wait_for_timeout(100)
    else:
        raise RuntimeError(f"{address}: Chromium tells of no paint within 10 s.")
    context.close()
    shared = [size for request, size in sizes.items() if "/_static/" in urls.get(request, "")]
    every = sum(sizes.values()) / 1000
    return {
        "all_kb": every,
        "own_kb": every - sum(shared) / 1000,
        "paint": seen["paint"],
        "part": seen["part"],
        "shift": seen["shift"],
    }


def measure(repeats=3):
    """Return a table with a row per page and repetition, and the columns of `look`."""
    if not (HTML / "index.html").is_file():
        raise RuntimeError("There is no built book. Run: make book")
    pages = sorted([*HTML.glob("notebooks/*.html"), *HTML.glob("book/**/*.html")])
    rows = []
    with served(HTML) as site, _chromium() as browser:
        look(browser, f"{site}/book/index.html")  # the first page starts parts of the browser
        for _ in range(repeats):
            for page in pages:
                address = f"{site}/{page.relative_to(HTML).as_posix()}"
                rows.append({"page": page.stem, **look(browser, address)})
    return pd.DataFrame(rows)


def _worst(seen, column):
    """Return the page with the largest median, and its figures."""
    name = seen.groupby("page")[column].median().idxmax()
    return name, seen.loc[seen.page == name, column].tolist()


def lines(repeats=3):
    """Return the lines of the pages: of each figure the page that does worst."""
    seen = measure(repeats)
    first = seen[seen.page == "index"]
    heaviest, own = _worst(seen, "own_kb")
    slowest, paint = _worst(seen, "paint")
    restless, shift = _worst(seen, "shift")
    part = seen.loc[seen.page == slowest, "part"].iloc[0]
    paints = seen.groupby("page").paint.median()
    n_pages = seen.page.nunique()
    site = sum(path.stat().st_size for path in HTML.rglob("*") if path.is_file()) / 1e6
    return [
        Line("bytes sent for the front page", first.all_kb.tolist(), "kB", below=FIRST),
        Line(
            "bytes sent for a next page",
            own,
            "kB",
            below=NEXT,
            more=f"the heaviest of {n_pages}: {heaviest}; what pages share is there already",
        ),
        Line(
            f"largest contentful paint, processor {SLOWER} times slower",
            paint,
            below=PAINT,
            more=f"the slowest of {n_pages} pages: {slowest} (its largest part: {part}); "
            f"the median page {paints.median():.1f} s",
        ),
        Line(
            "layout shift",
            shift,
            "",
            below=SHIFT,
            more=f"the largest of {n_pages} pages: {restless}",
        ),
        Line("the whole site", [site], "MB", below=SITE),
    ]


if __name__ == "__main__":
    table = measure()
    print(
        table.groupby("page")[["all_kb", "own_kb", "paint", "shift"]].median().round(2).to_string()
    )
