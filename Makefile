# Each target does its own set-up: the first call makes .venv, later calls find it ready.
PYTHON ?= python3
ifeq ($(OS),Windows_NT)
VENV := .venv/Scripts
else
VENV := .venv/bin
endif
PORT ?= 8000

.DEFAULT_GOAL := help
.PHONY: help setup book test check-lab check-all coverage check-links edition release bench serve maps lock audit lint clean

help:  ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' Makefile

setup:
	@$(PYTHON) bootstrap.py

book: setup  ## compute every chapter and build _build/html/index.html
	@$(VENV)/python book/build.py

test: setup  ## run all tests (those of the built pages need `make book` first)
	@$(VENV)/python -m pytest

check-lab: setup  ## run every chapter in a real JupyterLab, in any order (needs Chromium; twenty minutes)
	@$(VENV)/python -m pytest -m jupyterlab tests/test_jupyterlab.py

check-all: setup  ## run all tests, those that take long included (after `make book`; needs Chromium; hours)
	@$(VENV)/python -m pytest -m ""

coverage: setup  ## count the lines of the package that its tests run, and print the others (half an hour)
	@$(VENV)/python tests/coverage/record.py

check-links: book  ## ask every other host that the book links to whether the link still leads somewhere
	@$(VENV)/python book/check_links.py

edition: book  ## make one file of the whole book: HTML, and a PDF where there is Chromium
	@$(VENV)/python book/edition.py

release: edition  ## pack the book, its one-file edition beside it, with checksums (TAG=v1.2.3 for one to publish)
	@$(VENV)/python book/archive.py $(TAG)

bench: setup  ## measure speed and memory beside R and other programs (half an hour; BENCH="ledger floors" for some)
	@$(VENV)/python benchmarks/side_by_side.py $(BENCH)

serve:  ## show the built book at http://127.0.0.1:8000 (PORT=8001 for another port)
	@test -f _build/html/index.html || { echo "There is no built book yet. Run: make book"; exit 1; }
	@$(PYTHON) -m http.server $(PORT) --bind 127.0.0.1 --directory _build/html

maps: setup  ## have the authors' group maps in data/maps, for the book to show: download them if need be
	@$(VENV)/python -m eih maps check 2>/dev/null || $(VENV)/python -m eih maps fetch

lock: setup  ## pin all dependencies of pyproject.toml anew in requirements.txt
	@$(VENV)/python -m uv pip compile pyproject.toml --no-config --all-extras --universal \
	  --python-version 3.11 --generate-hashes --upgrade --no-emit-index-url --no-emit-find-links \
	  --custom-compile-command "make lock" --quiet -o requirements.txt

audit: setup  ## ask whether a pinned package has a known vulnerability (needs the internet)
	@$(VENV)/python -c "import json, urllib.request as web; \
	  json.load(web.urlopen('https://pypi.org/pypi/pip/25.0/json', timeout=20))['vulnerabilities']" 2>/dev/null || \
	  { echo "PyPI's list of vulnerabilities cannot be reached from here. Where it can, call: make audit"; exit 1; }
	@$(VENV)/python -m uv tool run --no-config pip-audit -r requirements.txt --require-hashes --disable-pip \
	  --strict --progress-spinner off

lint: setup  ## check the style of code and notebooks, and which module may import which
	@$(VENV)/python -m ruff check .
	@$(VENV)/python -m ruff format --check .
	@$(VENV)/lint-imports --no-cache

clean:  ## remove what was built, and .venv
	rm -rf _build .venv .pytest_cache .ruff_cache .hypothesis
