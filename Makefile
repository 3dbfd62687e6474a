# Everything starts here; `make help` says what there is. Needs python3 ≥ 3.11 and make; the rest is fetched.
# Each step leaves a stamp, so that a second run does only what has changed.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
# Compiled modules are kept inside .venv whatever the shell says: without them each start takes 10 s longer.
unexport PYTHONDONTWRITEBYTECODE
.PHONY: help setup dev demo run test lint format bench lock clean

PYTHON ?= python3
UV_VERSION := 0.13.9
VENV := .venv
PY := $(VENV)/bin/python
UV := $(VENV)/bin/uv
# Once the development packages are in, they stay in: `make demo` does not take them away again.
DEV := $(wildcard $(VENV)/.dev)
REQUIREMENTS := requirements$(if $(DEV),-dev).txt

help: ## what can be made
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

setup: $(VENV)/.packages $(VENV)/.project api/static/dist/manifest.json ## fetch what the system needs; quick when nothing changed
	@:

demo: setup ## start with sample data, mailbox and clock (FRESH=1: sample data anew; ARGS="--port 8100")
	@exec $(VENV)/bin/tdkt demo $(if $(FRESH),--fresh) $(ARGS)

run: setup ## start the real system with the settings of the environment or .env
	@exec $(VENV)/bin/tdkt serve

dev:
	@if [ ! -e $(VENV)/.dev ]; then $(MAKE) --no-print-directory $(PY); touch $(VENV)/.dev; rm -f $(VENV)/.packages $(VENV)/.node; fi
	@$(MAKE) --no-print-directory setup

test: dev ## everything that is checked: lint, types, import rules, all tests (ARGS="tests/api -k demo")
	@$(MAKE) --no-print-directory lint
	$(PY) -m pytest -n 2 --dist worksteal $(ARGS)

lint: dev ## ruff, mypy, import rules
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(VENV)/bin/lint-imports

format: dev ## let ruff write the code its way
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

bench: dev ## measure, and write docs/benchmarks.md
	$(PY) -m tests.bench --with-setup

lock: dev ## pin every package with its hashes, from pyproject.toml
	$(UV) pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header pyproject.toml -o requirements.txt
	$(UV) pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --group dev pyproject.toml -o requirements-dev.txt

clean: ## remove what was fetched or built; data folders stay
	rm -rf $(VENV) node_modules api/static/dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

$(PY):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$(PYTHON) is older than 3.11. Install a newer Python, then: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "This Python cannot make virtual environments. On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }

# Where uv cannot be had, pip installs the same hashed list, more slowly.
$(VENV)/.packages: $(PY) $(REQUIREMENTS)
	@[ -x $(UV) ] || $(PY) -m pip install -q --disable-pip-version-check uv==$(UV_VERSION) || echo "uv could not be installed; going on with pip."
	@if [ -x $(UV) ]; then VIRTUAL_ENV=$(CURDIR)/$(VENV) $(UV) pip install -q --require-hashes -r $(REQUIREMENTS); \
	else $(PY) -m pip install -q --disable-pip-version-check --require-hashes -r $(REQUIREMENTS); fi
	@touch $@

# The project is used where it lies: a path and a command, nothing to build.
$(VENV)/.project: $(PY) Makefile
	@echo '$(CURDIR)' > "$$($(PY) -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/tdkt.pth"
	@printf '#!%s\nfrom api.cli import main\n\nmain()\n' '$(CURDIR)/$(PY)' > $(VENV)/bin/tdkt
	@chmod +x $(VENV)/bin/tdkt
	@touch $@

$(VENV)/.node: $(VENV)/.packages package.json package-lock.json .npmrc
	@$(VENV)/bin/npm ci --ignore-scripts --no-audit --no-fund --loglevel=error $(if $(DEV),,--omit=dev)
	@touch $@

api/static/dist/manifest.json: $(VENV)/.node $(VENV)/.project api/assets.py $(wildcard api/static/src/*)
	@$(PY) -m api.assets
	@touch $@
