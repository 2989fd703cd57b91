# Everything from nothing but Python 3.11 to 3.13, make and a package registry.
# `make run` and `make test` do all the set-up; the second time they are quick.
# The locks hold hashes and no address of an index: `make lock`.

PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null && echo $$p && break; done)
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
TESTS ?= tests
export NEO_DATA_DIR ?= $(CURDIR)/.neo

.PHONY: help run demo test test-long check docs models lock clean

help:  ## What there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/ -/' | sed 's/^/make /'

run: models  ## Bring Neo up: a local workspace in the browser, or your Slack when SLACK_BOT_TOKEN is set
	@$(BIN)/neo up

demo: models  ## Watch a scripted person walk a whole project
	@$(BIN)/neo demo rag

test: $(VENV)/.dev models  ## Run all tests that this machine can run, but for those that take minutes each
	@echo "Running the tests ..."
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(TESTS)

test-long: $(VENV)/.dev models  ## Run the tests that take minutes each, which `make test` leaves out
	@NEO_LONG_TESTS=1 $(BIN)/python -m pytest -n 2 --dist load -m long $(TESTS)

check: $(VENV)/.dev  ## Lint, types, and who may import whom
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports

docs: $(VENV)/.dev  ## Write the generated parts of docs/ again: commands and settings
	@$(BIN)/python docs/generate.py

models: $(VENV)/.run
	@$(BIN)/neo models pull --quiet

lock:  ## Resolve the dependencies again (needs uv)
	@uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate -q \
		--extra build --extra vision pyproject.toml -o requirements.lock
	@uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate -q \
		--extra build --extra vision --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock

clean:  ## Remove what was made: environment, caches, artefacts (not the projects in .neo)
	rm -rf $(VENV) build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "Neo needs Python 3.11, 3.12 or 3.13, and found none. Install one, or name it: make run PYTHON=/path/to/python3.12" >&2; exit 2; }
	@echo "Making a virtual environment in $(VENV) with $$($(PYTHON) --version) ..."
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements.lock pyproject.toml | $(VENV)/bin/python
	@echo "Installing the locked packages (a minute or two, once) ..."
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.run
	@echo "Installing the packages for tests and checks ..."
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@
