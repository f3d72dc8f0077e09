"""Keep .zenodo.json, which Zenodo reads at a release, equal to CITATION.cff, which people and GitHub read.

Run by hand after CITATION.cff has changed: `.venv/bin/python book/zenodo.py`. A test compares the two.
"""

import json
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
DESCRIPTION = (
    "<p>A Jupyter Book that computes every printed number of the paper again from its public data: reproduced "
    "to the printed digit, or off with the reason shown by a computation, or not computable from public data, "
    "and why. Independent of the authors and of the journal.</p>"
)
# What Zenodo calls a work that the citation file lists.
KINDS = {"article": "publication-article", "dataset": "dataset", "software": "software"}


def creator(person):
    """Return a person or a group of CITATION.cff as Zenodo writes it: family name first."""
    made = {
        "name": person.get("name") or f"{person['family-names']}, {person.get('given-names', '')}"
    }
    if "affiliation" in person:
        made["affiliation"] = person["affiliation"]
    if "orcid" in person:
        made["orcid"] = person["orcid"].rsplit("/", 1)[-1]
    return made


def deposit(citation):
    """Return the metadata of a deposit at Zenodo, from what CITATION.cff says.

    The book is derived from the works that the citation lists. It is not their supplement: that is the
    authors' to make.
    """
    main, *others = citation["license"]
    return {
        "title": citation["title"],
        "version": str(citation["version"]),
        "upload_type": citation["type"],
        "access_right": "open",
        "description": DESCRIPTION,
        "creators": [creator(person) for person in citation["authors"]],
        # Zenodo takes one licence: that of the code. The other is said in words.
        "license": main,
        "notes": f"Code: {main}. Text and figures: {', '.join(others)}. See LICENSE and LICENSE-text.md.",
        "keywords": citation["keywords"],
        "language": "eng",
        "related_identifiers": [
            {
                "identifier": work["doi"],
                "scheme": "doi",
                "relation": "isDerivedFrom",
                "resource_type": KINDS[work["type"]],
            }
            for work in citation["references"]
        ],
    }


def text_of(citation):
    """Return the text of .zenodo.json."""
    return json.dumps(deposit(citation), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    known = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    (ROOT / ".zenodo.json").write_text(text_of(known), encoding="utf-8")
