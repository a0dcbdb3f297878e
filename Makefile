# Every contributor task is one word; `make` lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
MINUTES ?= 10
NPM := $(shell command -v npm 2>/dev/null)
POUCHDB := tests/pouchdb

.DEFAULT_GOAL := help

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-14s %s\n", $$1, $$2}'

run: $(VENV)/installed ## serve on 127.0.0.1:8000 with the embedded store in ./data
	@$(BIN)/faxbox serve

test: $(VENV)/installed-test pouchdb ## run every test that needs nothing else
	@$(BIN)/pytest --numprocesses auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

test-fast: $(VENV)/installed-test ## the tests of documents, stores and resources, on the embedded store, in a minute
	@$(BIN)/pytest --quiet --numprocesses auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder \
	  -k "not couchdb" tests/documents tests/crossbar tests/repositories tests/stores \
	  tests/http/faxboxes tests/http/accounts tests/http/listing tests/test_architecture.py

check: $(VENV)/installed-check ## ruff, mypy --strict, and which package may import which
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache --no-logo

format: $(VENV)/installed-check ## put the code into shape
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: $(VENV)/installed-test ## measure, beside a bare handler and (FAXBOX_TEST_COUCHDB_URL) CouchDB
	@$(BIN)/python -m tests.bench

bench-accounts: $(VENV)/installed-test ## measure with 100, 10,000 and 100,000 accounts
	@$(BIN)/python -m tests.bench.accounts

bench-overload: $(VENV)/installed-test ## measure at 1, 2 and 4 times what the service can do
	@$(BIN)/python -m tests.bench.overload

reliability: $(VENV)/installed-test ## every fault for a minute (FAXBOX_TEST_COUCHDB_URL: on CouchDB, too)
	@$(BIN)/python -m tests.faults

soak: $(VENV)/installed-test ## ten minutes of mixed load: do memory, files, latency grow?
	@$(BIN)/python -m tests.faults.soak

hostile: $(VENV)/installed-test ## every hostile request at full size, while another client reads
	@$(BIN)/python -m tests.hostile

fuzz: $(VENV)/installed-test ## fuzz for MINUTES (10): the service by a grammar, its parsers by coverage
	@$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[test,fuzz]' \
	  || echo "atheris cannot be installed here"
	@$(BIN)/python -m tests.fuzz --minutes $(MINUTES)

docs: $(VENV)/installed ## write the generated parts of docs/ and README.md anew
	@$(BIN)/python -m tools.field_table > docs/faxbox-fields.md
	@$(BIN)/python -m tests.recordings.compatibility > docs/compatibility.md
	@$(BIN)/python -m tools.settings_table README.md

wheel: $(VENV)/installed ## build the wheel into dist/
	@$(BIN)/pip install --quiet build
	@$(BIN)/python -m build --wheel

pouchdb: ## install the CouchDB-protocol server of the tests, when npm is there
ifdef NPM
	@test -d $(POUCHDB)/node_modules || (cd $(POUCHDB) && $(NPM) ci --no-audit --no-fund --silent) \
	  || echo "npm could not install the CouchDB-protocol server: its tests will be skipped"
else
	@echo "no npm: the tests on a CouchDB-protocol server will be skipped"
endif

clean: ## remove what make made
	rm -rf $(VENV) $(POUCHDB)/node_modules dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .fuzz

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || (echo "Python 3.11 or later is needed; say which: make PYTHON=python3.12 …" && false)
	@$(PYTHON) -m venv $(VENV)

$(VENV)/installed: $(BIN)/python pyproject.toml
	@$(BIN)/pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/installed-test: $(VENV)/installed
	@$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[test]'
	@touch $@

$(VENV)/installed-check: $(VENV)/installed-test
	@$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[test,check]'
	@touch $@

.PHONY: help run test test-fast check format bench bench-accounts bench-overload reliability soak \
  hostile fuzz docs wheel pouchdb clean
