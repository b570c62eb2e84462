# make repro   set up and run the whole pipeline on the embedded sample
# make test    set up and run the tests
# make docs    set up and build site/, the pages of docs/
VENV ?= .venv
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN = $(VENV)/bin
RUN = PATH="$(abspath $(BIN)):$$PATH"

.PHONY: setup repro test test-slow lint docs

setup: $(VENV)/.installed

$(VENV)/.installed: pyproject.toml requirements.lock
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet -c requirements.lock -e '.[dev]'
	touch $@

repro: setup
	$(RUN) pairdx check
	$(RUN) dvc repro
	$(RUN) pairdx offline-plots
	$(RUN) pairdx results

test: setup
	$(BIN)/python -m pytest

test-slow: setup
	$(BIN)/python -m pytest -m slow -n 2 --dist loadfile

lint: setup
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

docs: setup
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict
