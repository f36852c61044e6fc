# Delegacy. `make help` lists the targets.
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO := demo-data

.PHONY: help setup check test peers demo docs benchmark fuzz clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(VENV)/.demo-ready: pyproject.toml
	@echo "Setting up $(VENV), once; this takes a minute ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.ready: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@ $(VENV)/.demo-ready

setup: $(VENV)/.ready ## make the virtual environment with everything for development

check: $(VENV)/.ready ## format, lint, types, import contracts, fast tests: under a minute
	$(BIN)/ruff format --check --quiet
	$(BIN)/ruff check --quiet
	$(BIN)/lint-imports > /dev/null || $(BIN)/lint-imports
	$(BIN)/mypy --no-error-summary
	$(BIN)/pytest -q --numprocesses auto -m "not slow and not interop" tests/unit tests/spec tests/architecture

peers: ## install the test peers from Debian's packages, where that may be done
	@tests/install-peers

test: $(VENV)/.ready peers ## everything; a peer that cannot be had is a named skip, and a failure where CI is set
	$(BIN)/ruff format --check --quiet
	$(BIN)/ruff check --quiet
	$(BIN)/lint-imports
	$(BIN)/mypy --no-error-summary
	PYRIGHT_PYTHON_IGNORE_WARNINGS=1 $(BIN)/pyright --warnings # or it asks PyPI for a newer one
	$(BIN)/pytest -q

demo: $(VENV)/.demo-ready ## run the demo organization; RESET=1 starts over
	@$(BIN)/delegacy demo --data $(DEMO) $(if $(RESET),--reset)

docs: $(VENV)/.ready ## write the generated reference pages
	$(BIN)/python -m delegacy.reference docs/reference

benchmark: $(VENV)/.ready ## the decision benchmark at 1,000, 100,000 and 1,000,000 recipients
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[benchmark]'
	$(BIN)/python benchmarks/decisions.py

fuzz: $(VENV)/.ready ## run the property tests under a coverage-guided fuzzer; SECONDS=60 for each
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[fuzz]'
	$(BIN)/python tests/support/guided_fuzzing.py --seconds $(or $(SECONDS),60)

clean: ## remove what the targets above have made
	rm -rf $(VENV) $(DEMO) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .fuzz .import_linter_cache
