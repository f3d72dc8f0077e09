"""Download one file: HTTPS only, within limits, taken up again where it broke off.

`pooch`, which many would use here, neither resumes nor limits a download, follows a redirect to an
unencrypted address, and must know the checksum beforehand; so this stands on `requests` alone.
"""

import hashlib
import ipaddress
import json
import os
import time
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import requests

from .tables.schema import DataError
from .unfinished import unfinished

LIMIT = 500_000_000  # bytes; the maps are expected to need less than a tenth of it
ATTEMPTS = 4  # how often a broken transfer is taken up before we give up
PAUSE = 0.5  # seconds before the second attempt; doubles with each
TIMEOUT = (10, 30)  # seconds to connect, seconds between two pieces
PIECE = 4096  # bytes; what a broken transfer loses at most

_BROKEN = (
    requests.exceptions.ChunkedEncodingError,
    requests.exceptions.ConnectionError,
    requests.exceptions.Timeout,
)


class DownloadError(DataError):
    """A download that failed: the message names the address, what happened and the way on."""


@dataclass
class Download:
    """A file that has arrived whole.

    ``resumed`` tells that it was put together from two transfers, so that a reader who finds it
    damaged can ask for it anew.
    """

    path: Path
    sha256: str
    size: int
    resumed: bool


@contextmanager
def downloaded(url, *, resume=True, limit=LIMIT, progress=None):
    """Download a file into a place of its own, which is removed at the end of the ``with`` block.

    Where the connection breaks, the rest is asked for (HTTP ``Range``); a server that sends everything
    again is accepted too. What has come when all attempts fail is kept in the user's cache folder if the
    server can go on from there, and the next call does so; otherwise it is removed.

    Parameters
    ----------
    url : str
        ``https://…``; ``http://`` only on this machine (127.0.0.1, localhost).
    resume : bool, default True
        Go on from what an earlier call has kept.
    limit : int
        Bytes; a larger file is refused.
    progress : callable, optional
        Called with the bytes that have come and the bytes expected (None where unknown).

    Yields
    ------
    Download

    Raises
    ------
    DownloadError
        No connection, a status other than success, too large, or cut off.
    """
    check_address(url)
    store = _store()
    with unfinished("download-", store) as folder:
        transfer = _Transfer(url, folder / "file", limit, progress)
        if store and resume:
            transfer.take_up(_kept(store, url))
        try:
            transfer.run()
        except BaseException:
            if store:
                transfer.keep(_kept(store, url))
            raise
        yield Download(transfer.path, *_digest(transfer.path), transfer.resumed)


def cache_folder():
    """Return the folder for parts of downloads: ``EIH_CACHE``, or the system's place for such files."""
    import platformdirs

    named = os.environ.get("EIH_CACHE")
    return Path(named) if named else platformdirs.user_cache_path("eih", appauthor=False)


def _store():
    """Return the cache folder, made if need be; None where there can be none: nothing is kept then."""
    store = cache_folder()
    try:
        store.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return store if os.access(store, os.W_OK) else None


def check_address(url):
    """Refuse an address that is neither HTTPS nor on this machine.

    Raises
    ------
    DownloadError
        Naming the address.

    Examples
    --------
    >>> check_address("https://example.org/maps.zip")
    >>> check_address("http://127.0.0.1:8000/maps.zip")
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        parts, host = None, ""
    if not host or parts.scheme not in ("http", "https"):
        raise DownloadError(f"'{url}' is not a web address. Expected https://…")
    if parts.scheme == "http" and not is_this_machine(host):
        raise DownloadError(
            f"{shown(url)}: not encrypted. Only https:// is used, or http:// on this machine."
        )


def is_this_machine(host):
    """Tell whether a host name is this machine's own (loopback).

    Examples
    --------
    >>> is_this_machine("127.0.0.1"), is_this_machine("127.0.0.1.example.org")
    (True, False)
    """
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def shown(url):
    """Return an address without a user name or password.

    Examples
    --------
    >>> shown("https://me:secret@example.org/maps.zip")
    'https://example.org/maps.zip'
    """
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


class _Session(requests.Session):
    """Ask no address, a redirect's included, that :func:`check_address` refuses."""

    def get_adapter(self, url):
        check_address(url)
        return super().get_adapter(url)


class _Transfer:
    """One file on its way: what has come, and what the server has said about it."""

    def __init__(self, url, path, limit, progress):
        self.url, self.path, self.limit = url, path, limit
        self.progress = progress or (lambda done, total: None)
        self.validator = None  # ETag or date: whether the server still has the same file
        self.total = None
        self.answered = self.can_resume = self.resumed = False

    @property
    def done(self):
        return self.path.stat().st_size if self.path.exists() else 0

    def run(self):
        with _Session() as session:
            if is_this_machine(urlsplit(self.url).hostname):
                session.trust_env = False  # no proxy between this machine and itself
            for attempt in range(1, ATTEMPTS + 1):
                try:
                    return self._ask(session)
                except _BROKEN as error:
                    # A second attempt helps a transfer that broke off, not one that never began.
                    if attempt == ATTEMPTS or not self.answered:
                        raise DownloadError(self._complaint(error)) from None
                    time.sleep(PAUSE * 2 ** (attempt - 1))
                except requests.exceptions.RequestException as error:
                    raise DownloadError(
                        f"{shown(self.url)}: {_reason(error)}. Is the address right?"
                    ) from None
                except OSError as error:
                    raise DownloadError(
                        f"{self.path.parent.parent}: cannot be written ({error.strerror}). "
                        "Nothing else has changed."
                    ) from None

    def _ask(self, session):
        """Ask for what is missing and write it down; a whole file ends this quietly."""
        start = self.done
        headers = {"Accept-Encoding": "identity"}
        if start:
            headers["Range"] = f"bytes={start}-"
            if self.validator:
                headers["If-Range"] = self.validator
        with session.get(self.url, headers=headers, stream=True, timeout=TIMEOUT) as answer:
            if answer.status_code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE and start:
                self.path.unlink()  # what we have is no part of what is there now
                return self._ask(session)
            if answer.status_code not in (HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT):
                raise DownloadError(self._refusal(answer))
            self.answered = True
            goes_on = answer.status_code == HTTPStatus.PARTIAL_CONTENT
            if goes_on and not self._fits(answer, start):
                if not start:
                    raise DownloadError(f"{shown(self.url)}: sent a part that was not asked for.")
                self.path.unlink()
                return self._ask(session)
            self._note(answer, start if goes_on else 0, goes_on)
            self._write(answer, "ab" if goes_on else "wb")
        if self.total is not None and self.done != self.total:
            raise requests.exceptions.ConnectionError("the file broke off")

    def _fits(self, answer, start):
        """Tell whether a partial answer begins where our part ends."""
        unit, _, content = answer.headers.get("Content-Range", "").partition(" ")
        span, _, total = content.partition("/")
        same = self.total is None or total in ("*", str(self.total))
        return unit == "bytes" and span.startswith(f"{start}-") and same

    def _note(self, answer, start, goes_on):
        """Keep what the answer says of the file: size, version, whether it can go on from a part."""
        headers = answer.headers
        tag = headers.get("ETag", "")
        self.validator = tag if tag.startswith('"') else headers.get("Last-Modified")
        self.can_resume = goes_on or headers.get("Accept-Ranges", "").strip().lower() == "bytes"
        self.resumed = goes_on
        length = headers.get("Content-Length", "")
        encoded = headers.get("Content-Encoding", "identity") != "identity"
        self.total = start + int(length) if length.isdecimal() and not encoded else None
        if self.total is not None and self.total > self.limit:
            raise DownloadError(self._too_large(self.total))

    def _write(self, answer, mode):
        with open(self.path, mode) as file:
            done = file.tell()
            for piece in answer.iter_content(PIECE):
                done += len(piece)
                if done > self.limit:
                    raise DownloadError(self._too_large(done))
                file.write(piece)
                self.progress(done, self.total)

    def take_up(self, kept):
        """Go on from what an earlier call has kept, if it was of this address."""
        part, notes = kept
        try:
            said = json.loads(notes.read_text(encoding="utf-8"))
            if said["url"] == self.url and said["validator"]:
                os.replace(part, self.path)
                self.validator, self.total = said["validator"], said["total"]
                self.can_resume = self.resumed = True
        except (OSError, ValueError, KeyError, TypeError):
            pass  # nothing kept, or unreadable: start anew
        self.forget(kept)

    def keep(self, kept):
        """Put what has come aside for the next call, if the server can go on from there."""
        partial = 0 < self.done < (self.total or 0)
        if not (partial and self.can_resume and self.validator):
            return
        part, notes = kept
        said = {"url": self.url, "validator": self.validator, "total": self.total}
        try:
            notes.write_text(json.dumps(said), encoding="utf-8")
            os.replace(self.path, part)
        except OSError:
            self.forget(kept)

    @staticmethod
    def forget(kept):
        for path in kept:
            path.unlink(missing_ok=True)

    def _complaint(self, error):
        host = urlsplit(self.url).hostname
        if not self.answered:
            return (
                f"{shown(self.url)}: no connection to {host} ({_reason(error)}). "
                "Is there a network? Nothing was downloaded."
            )
        of = f" of {_megabytes(self.total)}" if self.total else ""
        way_on = "The same call goes on from there" if self.can_resume else "Try again later"
        return (
            f"{shown(self.url)}: the connection broke off {ATTEMPTS} times, last after "
            f"{_megabytes(self.done)}{of} ({_reason(error)}). {way_on}."
        )

    def _refusal(self, answer):
        try:
            phrase = f" {HTTPStatus(answer.status_code).phrase}"
        except ValueError:
            phrase = ""
        return (
            f"{shown(self.url)}: the server answers {answer.status_code}{phrase}. "
            "Is the address right? Nothing was downloaded."
        )

    def _too_large(self, size):
        return (
            f"{shown(self.url)}: larger than allowed ({_megabytes(size)} or more, the limit is "
            f"{_megabytes(self.limit)}). Nothing was kept."
        )


def _kept(store, url):
    """Return where the part of an address's download and the notes on it are kept."""
    name = hashlib.sha256(url.encode()).hexdigest()[:16]
    return store / f"{name}.part", store / f"{name}.json"


def _digest(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest(), path.stat().st_size


def _reason(error):
    """Say in a few words why a request failed; the libraries' own texts run over several lines."""
    text = str(error)
    for sign, words in (
        ("CERTIFICATE", "its certificate is not valid"),
        ("NameResolution", "the name is not known"),
        ("getaddrinfo", "the name is not known"),
        ("refused", "refused"),
        ("timed out", "no answer in time"),
        ("IncompleteRead", "the file broke off"),
        ("broke off", "the file broke off"),
        ("redirects", "it redirects without end"),
        ("reset", "reset"),
        ("without response", "closed without an answer"),
        ("unreachable", "unreachable"),
        ("ProxyError", "the proxy does not let us through"),
    ):
        if sign in text or sign in type(error).__name__:
            return words
    return type(error).__name__


def _megabytes(size):
    return f"{size / 1e6:.1f} MB"
