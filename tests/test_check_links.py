"""Links to other hosts are asked for, and what came back is told as it is."""

import socket
import threading
from http.server import BaseHTTPRequestHandler

import check_links
import pytest
from tests.serving import SilentServer, serving

SETTINGS = {
    "linkcheck_timeout": 1,
    "linkcheck_retries": 1,
    "linkcheck_rate_limit_timeout": 0.1,
    "linkcheck_report_timeouts_as_broken": False,
    "linkcheck_allow_unauthorized": False,
}
STATUS = {"/good": 200, "/gone": 410, "/refused": 403, "/password": 401, "/down": 503, "/odd": 500}
DONE = threading.Event()


class Host(BaseHTTPRequestHandler):
    """Answer as its path says."""

    def do_GET(self):
        """Answer with a status, a page with a place, a redirection, or not at all."""
        if self.path == "/slow":
            DONE.wait(10)
            return
        moved = {"/moved": 301, "/elsewhere": 302}.get(self.path)
        self.send_response(moved or STATUS.get(self.path, 404))
        if moved:
            self.send_header("Location", "/good")
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(b'<p id="place">x</p>')

    do_HEAD = do_GET

    def log_message(self, *args):
        """Say nothing."""


def ask(*names):
    """Check addresses of a server of this machine; return what is told of each: verdict and reason."""
    DONE.clear()
    with serving(SilentServer(Host)) as server:
        answers = check_links.check([f"{server.url}{name}" for name in names], SETTINGS)
        DONE.set()
    return {
        a.link.removeprefix(server.url): (a.verdict, a.why.removeprefix("now at ")) for a in answers
    }


@pytest.mark.fault(
    "publishing",
    "links that answer 404, 410, with a redirection, too late, with 401, 403, 500 or 503, or lack their anchor",
    "broken, moved and could not be checked are told apart, each with its reason",
)
def test_what_a_host_answers_is_told_as_it_is():
    """What is gone is broken; what refuses or does not answer is not called so, nor is it called good."""
    names = ["/good", "/good#place", "/good#other", "/lost", "/gone", "/moved", "/elsewhere"]
    names += ["/slow", "/refused", "/password", "/down", "/odd"]
    told = ask(*names)
    assert {name: verdict for name, (verdict, _) in told.items()} == {
        "/good": "works",
        "/good#place": "works",
        "/elsewhere": "works",
        "/good#other": "broken",
        "/lost": "broken",
        "/gone": "broken",
        "/moved": "moved",
        "/slow": "unchecked",
        "/refused": "unchecked",
        "/password": "unchecked",
        "/down": "unchecked",
        "/odd": "unchecked",
    }
    assert told["/moved"][1].endswith("/good")
    assert told["/good#other"][1] == "Anchor 'other' not found"
    assert "404" in told["/lost"][1]
    assert told["/slow"][1] == "no answer in time"
    assert "403" in told["/refused"][1]
    assert "password" in told["/password"][1]
    assert "503" in told["/down"][1]


def test_the_checker_leaves_the_process_as_it_was():
    """The time limit that Sphinx sets for all connections of a process ends with the check."""
    ask("/good")
    assert socket.getdefaulttimeout() is None


def row(info, status="broken", code=0):
    """Make a note as Sphinx writes it."""
    return {"status": status, "info": info, "code": code}


@pytest.mark.parametrize(("online", "verdict"), [(True, "broken"), (False, "unchecked")])
def test_an_unknown_host_is_broken_only_where_others_answer(online, verdict):
    """Without any connection every name is unknown, which says nothing of the link."""
    told = check_links.judge("https://x.org", row("NameResolutionError: x.org"), online)
    assert told.verdict == verdict


def test_a_doi_is_asked_of_its_register():
    """The page of a publisher refuses programs; whether the DOI exists is asked, with its odd signs."""
    link = "https://doi.org/10.1002/1522-2594(200007)44:1<162::AID-MRM23>3.0.CO;2-E"
    address = check_links.asked(link)
    assert address.startswith("https://doi.org/api/handles/10.1002/1522-2594%28")
    assert "<" not in address
    assert check_links.asked(link.replace("<", "%3C").replace(">", "%3E")) == address
    assert check_links.asked("https://example.org/a") == "https://example.org/a"


def test_links_are_found_with_their_pages(tmp_path):
    """All pages count, links within the book and files of the theme do not."""
    (tmp_path / "_static").mkdir()
    for name, link in {
        "a": "https://x.org/1",
        "b": "https://x.org/1",
        "c": "a.html",
        "_static/d": "https://y.org",
    }.items():
        (tmp_path / f"{name}.html").write_text(f'<a href="{link}">x</a>')
    assert check_links.links_of(tmp_path) == {"https://x.org/1": ["a", "b"]}


def test_the_report_names_link_pages_and_reason():
    """What is broken comes first, what could not be checked is said so, what works is counted."""
    answers = [
        check_links.Answer("https://a", "works"),
        check_links.Answer("https://b", "unchecked", "no answer in time"),
        check_links.Answer("https://c", "broken", "404 Client Error"),
    ]
    text = check_links.report(answers, {"https://b": ["book/x"], "https://c": ["book/x", "book/y"]})
    assert text.startswith("3 links to other hosts: 1 work.")
    assert text.index("**Broken: 1**") < text.index("**Could not be checked")
    assert "- `https://c` (book/x, book/y): `404 Client Error`" in text
    assert "- `https://b` (book/x): `no answer in time`" in text


@pytest.mark.parametrize(
    ("verdicts", "status", "said"),
    [
        (["works", "moved", "unchecked"], 0, "1 work"),
        (["works", "broken"], 1, "**Broken: 1**"),
        (["unchecked", "unchecked"], 1, "is there a connection?"),
    ],
    ids=["nothing broken", "one broken", "no connection"],
)
def test_the_exit_status_tells_whether_a_link_is_broken(
    monkeypatch, tmp_path, capsys, verdicts, status, said
):
    """It is 1 for a broken link, and where nothing could be checked at all; the report is printed and kept."""
    pages = {f"https://{n}": ["a"] for n in range(len(verdicts))}
    answers = [
        check_links.Answer(link, verdict) for link, verdict in zip(pages, verdicts, strict=True)
    ]
    monkeypatch.setattr(check_links, "links_of", lambda html: pages)
    monkeypatch.setattr(check_links, "check", lambda links, settings: answers)
    monkeypatch.setattr(check_links, "REPORT", tmp_path / "links.md")
    assert check_links.main() == status
    assert said in capsys.readouterr().out
    assert said in (tmp_path / "links.md").read_text()


def test_the_settings_are_those_of_the_book():
    """What _config.yml sets for Sphinx's link checker is used; a late answer is no broken link."""
    used = check_links.settings()
    assert used["linkcheck_retries"] > 1
    assert used["linkcheck_report_timeouts_as_broken"] is False
