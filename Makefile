# Two commands set everything up: make audit, make test. Everything else: make help.
# Works with GNU make 3.81 (macOS) and later. Nothing but Python 3.11, 3.12 or 3.13 is needed beforehand.

# Which Python makes the environment; empty: the first suitable one.
PYTHON ?=
VENV ?= .venv
# The delivery to audit and its workspace, a folder or ZIP each; empty: the invented sample district.
DELIVERY ?=
WORKSPACE ?=
# Where the audit writes its files.
OUT ?= build/audit
# Further options of the audit, for example ARGS="--level school", or of JupyterLab.
ARGS ?=
# What the tests run on: a folder, a file, or a file::test.
TESTS ?= tests
# UPGRADE=1 makes the lock files with the newest versions; else what is locked stays where it still fits.
UPGRADE ?=

# As environment variables these reach the commands unharmed, blanks, quotes and all.
export DELIVERY WORKSPACE OUT

BIN := $(VENV)/bin
PY := $(BIN)/python
PIP := $(PY) -m pip --disable-pip-version-check --no-input install -q
SAMPLE := build/sample

# Stamps say what an environment holds; they live inside it and go with it.
MADE := $(VENV)/.made
RUNTIME := $(VENV)/.runtime-installed
DEV := $(VENV)/.dev-installed
BENCH := $(VENV)/.bench-installed

.DEFAULT_GOAL := help
.PHONY: help audit test test-slow check format bench lab lock clean
.DELETE_ON_ERROR:

help: ## Show this list
	@echo "Targets:"
	@sed -n 's/^\([a-z][a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{ printf "%-14s %s\n", $$1, $$2 }'
	@echo "Variables: DELIVERY, WORKSPACE, OUT, ARGS (audit, lab), TESTS (test), UPGRADE (lock), PYTHON, VENV"
	@echo "  make audit DELIVERY=\"deliveries/2026-08-15\" WORKSPACE=\"connect-export\" OUT=\"build/august\""

# ---- The environment

# A Python counts when it runs, is of a fitting version and can make an environment: a name on the path promises none of these.
$(MADE):
	@python=""; \
	for candidate in $(if $(PYTHON),"$(PYTHON)",python3.13 python3.12 python3.11 python3 python); do \
	  if "$$candidate" -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' >/dev/null 2>&1; then \
	    python="$$candidate"; break; \
	  fi; \
	done; \
	if [ -z "$$python" ]; then \
	  echo "connect-kit needs Python 3.11, 3.12 or 3.13 with its venv module; $(if $(PYTHON),$(PYTHON) is not one,none was found)." >&2; \
	  echo "Install one (Debian, Ubuntu: apt-get install python3-venv), or name one: make PYTHON=/path/to/python3.12 ..." >&2; \
	  exit 1; \
	fi; \
	echo "Making a Python environment in $(VENV) with $$("$$python" --version) ..."; \
	if [ -f "$(VENV)/pyvenv.cfg" ] && ! $(PY) -m pip --version >/dev/null 2>&1; then rm -rf "$(VENV)"; fi; \
	"$$python" -m venv "$(VENV)" && touch "$@"

$(RUNTIME): $(MADE) requirements.lock pyproject.toml
	@echo "Installing what an audit needs, at the locked versions (the first time takes a few minutes) ..."
	@$(PIP) --require-hashes -r requirements.lock
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch "$@"

# The later lock files hold all of the earlier ones, so one installation serves every target before it.
$(DEV): $(MADE) requirements-dev.lock pyproject.toml
	@echo "Installing what the tests and checks need, at the locked versions (the first time takes a few minutes) ..."
	@$(PIP) --require-hashes -r requirements-dev.lock
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch "$(RUNTIME)" "$@"

# The lock holds all there is; --no-deps, because recordlinkage asks for an older pandas without needing it.
$(BENCH): $(MADE) requirements-bench.lock pyproject.toml
	@echo "Installing what the benchmark needs, at the locked versions (the first time takes a few minutes) ..."
	@$(PIP) --no-deps --require-hashes -r requirements-bench.lock
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch "$(RUNTIME)" "$(DEV)" "$@"

# ---- What an analyst runs

# The mark is set last: an interrupted sample is written again.
$(SAMPLE)/.written: | $(RUNTIME)
	@echo "Writing an invented school district to $(SAMPLE) ..."
	@rm -rf "$(SAMPLE)" && mkdir -p build
	@$(PY) -m connect_kit sample --out "$(SAMPLE)"
	@touch "$@"

# An audit ends with 1 when the delivery is not fit to send: that is a result. Anything above is a failure.
audit: $(RUNTIME) $(if $(DELIVERY),,$(SAMPLE)/.written) ## Audit the sample district, or DELIVERY=path with WORKSPACE=path
	@if [ -n "$$DELIVERY" ]; then set -- "$$DELIVERY"; else set -- "$(SAMPLE)/delivery"; WORKSPACE="$${WORKSPACE:-$(SAMPLE)/workspace}"; fi; \
	if [ -n "$$WORKSPACE" ]; then set -- "$$@" --workspace "$$WORKSPACE"; fi; \
	status=0; $(PY) -m connect_kit audit "$$@" --out "$$OUT" $(ARGS) || status=$$?; \
	if [ "$$status" -gt 1 ]; then exit "$$status"; fi; \
	if [ -f "$$OUT/report.html" ]; then echo "The report: $$OUT/report.html"; else echo "The findings: $$OUT"; fi

# The settings in .jupyter keep it offline and quiet: no look for updates, no news, no extension shop.
lab: $(RUNTIME) ## Open the notebooks in JupyterLab
	@JUPYTER_CONFIG_PATH=.jupyter GX_ANALYTICS_ENABLED=false $(PY) -m jupyterlab $(ARGS)

# ---- What a developer runs

test: $(DEV) ## Run the tests
	@$(PY) -m pytest -n 2 --dist loadscope -m "not thorough" $(TESTS)

test-slow: $(DEV) ## Run the thorough tests: further roads, variants and larger districts
	@$(PY) -m pytest -n 2 -m thorough $(TESTS)

check: $(DEV) ## Check format, lint, types, layers and that no notebook holds outputs
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy
	$(BIN)/lint-imports --no-logo
	@set -- notebooks/*.ipynb; if [ -e "$$1" ]; then echo "$(PY) -m nbstripout --verify notebooks/*.ipynb"; $(PY) -m nbstripout --verify "$$@"; fi

format: $(DEV) ## Format the code and empty the notebooks
	$(PY) -m ruff format .
	$(PY) -m ruff check --fix .
	@set -- notebooks/*.ipynb; if [ -e "$$1" ]; then $(PY) -m nbstripout "$$@"; fi

bench: $(BENCH) ## Measure the kit beside other tools
	@$(PY) -m tests.benchmark $(ARGS)

# Each lock keeps to the one before it, so a pin is the same in all three.
COMPILE = $(PY) -m uv pip compile -q --universal --generate-hashes --python-version 3.11 --no-emit-index-url \
  --no-emit-find-links --custom-compile-command "make lock" $(if $(UPGRADE),--upgrade) pyproject.toml --extra build

lock: $(MADE) ## Make the lock files from pyproject.toml (UPGRADE=1: with the newest versions)
	@echo "Making requirements.lock, requirements-dev.lock and requirements-bench.lock ..."
	@$(PIP) "uv>=0.13.9"
	@$(COMPILE) -o requirements.lock
	@$(COMPILE) --extra dev -c requirements.lock -o requirements-dev.lock
	@$(COMPILE) --extra dev --extra bench -c requirements-dev.lock -o requirements-bench.lock

clean: ## Remove all that make made: the environment, the sample, what is in build
	@echo "Removing $(VENV), build and caches ..."
	@if [ -f "$(VENV)/pyvenv.cfg" ]; then rm -rf "$(VENV)"; fi
	@rm -rf build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	@find connect_kit tests -name __pycache__ -type d -prune -exec rm -rf {} +
