"""Pack the built book for a release: a zip that opens offline, and the checksums of all that is released.

Run by the Python of .venv (`make release`) after book and one-file edition are made. Two calls on one commit
give the same bytes: names are sorted, times are that of the commit, rights are fixed.
"""

import hashlib
import stat
import sys
import time
import zipfile

import build
from _ext import provenance

ROOT, HTML = build.ROOT, build.HTML
RELEASE = build.BUILD / "release"
# Beside the pages: what a reader who has only the archive must know.
LICENCES = ("LICENSE", "LICENSE-text.md", "CITATION.cff")
NOT_PACKED = {".buildinfo", ".doctrees"}  # what Sphinx keeps for itself
EARLIEST = 315532800  # 1980: a zip knows no earlier time
SHOWN = 5  # changed files that are named


class ReleaseError(Exception):
    """The book cannot be released as it is; the message says why, and the way on."""


def check_release(tag, version, changed, current):
    """Refuse to pack a book that is not that of its sources, or a tag that is not that of the version."""
    if not current:
        raise ReleaseError("The book is older than its sources. Call: make book")
    if not tag:
        return
    if tag != f"v{version}":
        raise ReleaseError(
            f"The tag is {tag}, the version in pyproject.toml is {version}: the tag must be v{version}. "
            "Set the version in pyproject.toml and CITATION.cff, or tag anew (CONTRIBUTING.md, A release)."
        )
    if changed:
        names = ", ".join(changed[:SHOWN]) + (" …" if len(changed) > SHOWN else "")
        raise ReleaseError(
            f"{len(changed)} files differ from the commit: {names}. Commit them before a release."
        )


def about(title, version, commit, committed, changed=(), address=""):
    """Return the text that goes with the pages: what this is, of which commit, how to open it."""
    day = time.strftime("%Y-%m-%d", time.gmtime(committed))
    revision = f"commit {commit} of {day}" if commit else "of no known commit"
    if changed:
        revision += f", with {len(changed)} files changed since"
    source = f"Source: {address}\n" if address else ""
    return (
        f"{title}\n\nVersion {version}, {revision}.\n{source}\n"
        "Open index.html in a browser: no network is needed. Where a page offers to run its code, that\n"
        "loads programs from other hosts, after a click and only then.\n\n"
        "Code: MIT (LICENSE). Text and figures: CC BY 4.0 (LICENSE-text.md). How to cite: CITATION.cff.\n"
        "The licences of the fonts lie beside them in _static/fonts.\n"
    )


def contents(html, top, text, root=ROOT):
    """Map each name in the archive to its bytes."""
    files = {f"{top}/README.txt": text.encode()}
    files |= {f"{top}/{name}": (root / name).read_bytes() for name in LICENCES}
    for path in html.rglob("*"):
        place = path.relative_to(html)
        if path.is_file() and NOT_PACKED.isdisjoint(place.parts):
            name = f"{top}/{place.as_posix()}"
            if name in files:
                raise ReleaseError(f"The book has a page that is called as {name} of the archive.")
            files[name] = path.read_bytes()
    if f"{top}/index.html" not in files:
        raise ReleaseError(f"There is no index.html in {html}. Call: make book")
    return files


def write_zip(target, files, committed):
    """Write files into a zip: the same files and time give the same bytes, on any day."""
    moment = time.gmtime(max(committed, EARLIEST))[:6]
    with zipfile.ZipFile(target, "w") as packed:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, moment)
            entry.create_system = 3  # Unix, on Windows too
            entry.external_attr = (stat.S_IFREG | 0o644) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            packed.writestr(entry, files[name], compresslevel=9)


def checksums(paths):
    """Return lines as `sha256sum` writes and `sha256sum -c` reads them."""
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in paths]
    return "".join(lines)


def main(tag=""):
    """Write _build/release; a tag, as of a release, must be that of the version."""
    version, commit, changed = (
        provenance.version(),
        provenance.revision(),
        provenance.changed_files(),
    )
    committed = int(provenance.git("log", "-1", "--format=%ct") or EARLIEST)
    origin = provenance.repository()
    config = build.yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    try:
        current = build.read_state().get("complete") == build.inputs()
        check_release(tag, version, changed, current)
        address = origin.address if origin else ""
        text = about(config["title"], version, commit, committed, changed, address)
        name = f"eih-book-{version}"
        files = contents(HTML, name, text)
    except ReleaseError as error:
        sys.exit(str(error))
    RELEASE.mkdir(parents=True, exist_ok=True)
    for old in (*RELEASE.glob("eih-book-*.zip"), *RELEASE.glob("eih-book-*.sha256")):
        old.unlink()
    write_zip(RELEASE / f"{name}.zip", files, committed)
    released = sorted(RELEASE.glob(f"{name}.*"))
    # Lines end as on Unix everywhere: sha256sum takes others for part of the name.
    (RELEASE / f"{name}.sha256").write_bytes(checksums(released).encode())
    for path in sorted(RELEASE.glob(f"{name}.*")):
        print(f"{path.relative_to(ROOT)}: {path.stat().st_size / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
