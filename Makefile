# The two commands of the README are `make demo` and `make test`; everything else is for people who work on Duet.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo demo-neural demo-video test test-slow test-farm lint types floors unit bench bench-tpsmm clean

demo: $(VENV)/.installed
	$(BIN)/python run_pipeline.py render configs/manifests/demo_duet.yaml

# the same astronaut through the compact network that comes with Duet
demo-neural: $(VENV)/.installed
	$(BIN)/python run_pipeline.py render configs/manifests/demo_neural.yaml

# a title, lyrics, transitions, two performers who take turns
demo-video: $(VENV)/.installed
	$(BIN)/python run_pipeline.py render configs/manifests/music_video.yaml

test: lint types floors unit

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.installed-dev
	$(BIN)/mypy

floors: $(VENV)/.installed-dev
	$(BIN)/lint-imports --no-cache

unit: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "not slow and not farm"

# whole renders and crashes by the dozen: what `make test` has no time for
test-slow: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "slow and not farm"

# crashes, a lost node of a Ray cluster, an Open Job Description: all end with the bits of a plain local render
test-farm: $(VENV)/.installed-farm
	$(BIN)/python -m pytest -m farm

bench: $(VENV)/.installed
	$(BIN)/python -m bench

bench-tpsmm: $(VENV)/.installed
	$(BIN)/python -m bench --tpsmm

clean:
	rm -rf work out

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: requirements.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

$(VENV)/.installed-dev: requirements.txt requirements-dev.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	touch $@

$(VENV)/.installed-farm: requirements.txt requirements-dev.txt requirements-farm.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-farm.txt
	touch $@
