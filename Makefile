# setup | demo | test | slow | check | bench. On Windows use the pip commands in README.md.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Tests of one file share a daemon, and stay together.
SIDE_BY_SIDE := --numprocesses auto --maxprocesses 4 --dist loadfile

.PHONY: setup demo test slow check bench proto

setup: $(VENV)/.installed

$(VENV)/.installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	@touch $@

demo: setup
	$(BIN)/python -m clients.demo

test: setup
	$(BIN)/python -m pytest -m "not slow" $(SIDE_BY_SIDE)

# The long runs: property tests with many examples, a training in small, demo and soak.
slow: setup
	$(BIN)/python -m pytest -m slow $(SIDE_BY_SIDE)

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy model_core/beatmap model_core/modding/rules daemon clients proto/osu_companion/local
	$(BIN)/python proto/generate.py --check

bench: setup
	$(BIN)/python -m benchmarks

proto: setup
	$(BIN)/python proto/generate.py
