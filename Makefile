# The two commands of the README are `make demo` and `make test`; everything else is for people who work on Duet.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
# everything is in the locks, so pip resolves nothing; PyTorch alone comes in whatever build the index has
LOCKED := $(PIP) --no-deps --require-hashes
TORCH := $(shell grep '^torch==' requirements.txt)
# what one lock has, the next one up leaves out
BELOW := sed -n 's/^\([a-z0-9-]*\)==.*/--no-emit-package \1/p'
COMPILE = $(BIN)/uv pip compile --quiet --universal --fork-strategy fewest --generate-hashes --no-annotate --no-header $(UPGRADE)

.PHONY: install install-farm lock docs demo demo-song demo-neural demo-video desk test test-slow test-desk test-farm coverage lint types floors unit bench bench-networks clean

demo: $(VENV)/.installed
	$(BIN)/duet render configs/manifests/demo_duet.yaml

# a song, its words and two portraits: a music video, and the manifest of it
demo-song: $(VENV)/.installed
	$(BIN)/duet sing sample:song --words configs/songs/paper_moon.txt sample:astronaut sample:hopper \
		--title "Paper moon" -o out/demo_song.mp4

# the same astronaut through the compact network that comes with Duet
demo-neural: $(VENV)/.installed
	$(BIN)/duet render configs/manifests/demo_neural.yaml

# a title, lyrics, transitions, two performers who take turns
demo-video: $(VENV)/.installed
	$(BIN)/duet render configs/manifests/music_video.yaml

# a page in the browser, at http://127.0.0.1:8765
desk: $(VENV)/.installed-desk
	$(BIN)/duet desk

# what takes one processor runs beside the tests, which take two
test: lint
	@+$(MAKE) --no-print-directory -j2 unit types floors

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.installed-dev
	$(BIN)/mypy

floors: $(VENV)/.installed-dev
	$(BIN)/lint-imports --no-cache

# tests that call make are none of this one's jobs
unit: $(VENV)/.installed-dev
	MAKEFLAGS= MFLAGS= $(BIN)/python -m pytest -n 2 --dist loadfile -m "not slow and not farm and not browser"

# whole renders and crashes by the dozen: what `make test` has no time for
test-slow: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "slow and not farm"

# the desk in headless Chromium (apt-get install chromium); skipped with a reason where there is none
test-desk: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -m browser tests/browser

# which lines the tests reach, worker processes included; the slow ones too with COVERED=
COVERED ?= and not slow
coverage: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "not farm and not browser $(COVERED)" --cov --cov-report=term:skip-covered

# crashes, a lost node of a Ray cluster, an Open Job Description: all end with the bits of a plain local render
test-farm: $(VENV)/.installed-farm
	$(BIN)/python -m pytest -m farm

bench: $(VENV)/.installed
	$(BIN)/python -m bench

bench-networks: $(VENV)/.installed
	$(BIN)/python -m bench --networks tpsmm fomm liveportrait

clean:
	rm -rf work out

# the page of the manifest's fields, from the program
docs: $(VENV)/.installed
	$(BIN)/duet schema --markdown > docs/manifest.md

# writes the locks anew from requirements*.txt: pins that still fit stay; `make lock UPGRADE=--upgrade` takes the newest that fit
lock: | $(BIN)/uv
	@$(COMPILE) --no-emit-package torch requirements.txt -o requirements.lock
	@$(COMPILE) --no-emit-package torch $$($(BELOW) requirements.lock) -c requirements.lock requirements-desk.txt -o requirements-desk.lock
	@$(COMPILE) --no-emit-package torch $$($(BELOW) requirements.lock requirements-desk.lock) \
		-c requirements.lock -c requirements-desk.lock requirements-dev.txt -o requirements-dev.lock
	@$(COMPILE) --no-emit-package torch $$($(BELOW) requirements.lock requirements-desk.lock requirements-dev.lock) \
		-c requirements.lock -c requirements-desk.lock -c requirements-dev.lock requirements-farm.txt -o requirements-farm.lock

install: $(VENV)/.installed

install-farm: $(VENV)/.installed-farm

$(BIN)/uv: | $(BIN)/python
	$(PIP) $(shell grep -o '^uv==[^ ]*' requirements-dev.lock)

# -B: an old Python that is turned away leaves nothing behind
$(BIN)/python:
	@$(PYTHON) -B -c "import run_pipeline"
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

$(VENV)/.installed: requirements.lock requirements.txt pyproject.toml | $(BIN)/python
	@$(BIN)/python -B -c "import run_pipeline"
	$(LOCKED) --no-compile -r requirements.lock
	$(PIP) --no-compile --no-warn-conflicts $(TORCH)
	@$(BIN)/python -W ignore -m compileall -qq -x '/tests?/' $(VENV)/lib || true   # pip would compile every package's tests, too
	$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.installed-desk: requirements-desk.lock $(VENV)/.installed
	$(LOCKED) -r requirements-desk.lock
	@touch $@

$(VENV)/.installed-dev: requirements-dev.lock $(VENV)/.installed-desk
	$(LOCKED) -r requirements-dev.lock
	@touch $@

$(VENV)/.installed-farm: requirements-farm.lock $(VENV)/.installed-dev
	$(LOCKED) -r requirements-farm.lock
	@touch $@
