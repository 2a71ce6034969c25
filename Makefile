# `make run` and `make test` set up whatever is missing, then run or test. A second run finds everything in place.
SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
PYTHON_IN := $(BIN)/python
# The byte code of what is installed is compiled at once: a machine may forbid Python to write it later,
# and then every start would compile everything again.
COMPILE := $(PYTHON_IN) -m compileall -q
PIP := $(PYTHON_IN) -m pip --disable-pip-version-check --no-input install --quiet --progress-bar off
ARGS ?=
SCALE ?= 1

.PHONY: help run test check format bench soak screenshots newcomer docs package package-bundle package-smoke package-measure lock clean

help:  ## say what can be made
	@sed -n 's/^\([a-z-]*\):.*## /make \1\t/p' $(MAKEFILE_LIST) | expand -t 16

run: $(VENV)/.run.stamp  ## set up and open Preflight; ARGS="--venue bybit" goes to the program
	@scripts/system-libraries run
	@$(COMPILE) workstation ui
	@$(BIN)/preflight $(ARGS)

test: $(VENV)/.dev.stamp check  ## set up, check and run every test
	@scripts/system-libraries test
	@$(COMPILE) workstation ui
	$(PYTHON_IN) -m pytest -n 2 $(ARGS)

check: $(VENV)/.dev.stamp  ## formatting, lint, types and import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.dev.stamp  ## format and mend what ruff can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/.dev.stamp  ## measure, and write docs/benchmarks.md
	@scripts/system-libraries test
	@$(COMPILE) workstation ui
	$(PYTHON_IN) -m tests.benchmarks $(ARGS)

soak: $(VENV)/.dev.stamp  ## prove at length that live markets hold, and write docs/reliability.md; SCALE=0.1 for a tenth
	@scripts/system-libraries test
	@$(COMPILE) workstation ui
	SCALE=$(SCALE) $(PYTHON_IN) -m tests.soak $(ARGS)

screenshots: $(VENV)/.dev.stamp  ## picture every panel from the running program, into docs/images/panels
	@scripts/system-libraries test
	$(PYTHON_IN) -m tests.screenshots $(ARGS)

docs: $(VENV)/.dev.stamp  ## build the guide into build/docs; a warning is an error
	@scripts/system-libraries test
	$(PYTHON_IN) -m sphinx --fail-on-warning --keep-going --quiet -b html -d build/docs-trees docs build/docs
	@echo "Preflight: open build/docs/index.html"

newcomer: $(VENV)/.dev.stamp  ## walk a newcomer's first trade by mouse and keyboard, into docs/first-trade.md
	@scripts/system-libraries newcomer
	@$(COMPILE) workstation ui
	$(PYTHON_IN) -m tests.newcomer

# An environment of its own: what only tests or checks must not find its way into a bundle.
PACKAGE_VENV := build/package/venv
PACKAGE_PYTHON := $(PACKAGE_VENV)/bin/python
BUNDLE := $(PACKAGE_PYTHON) packaging/build.py

package: $(PACKAGE_VENV)/.stamp  ## bundle, try it, and write the tarball and the Debian package into dist/; see docs/install.md
	@$(BUNDLE) bundle smoke tarball $(if $(shell command -v dpkg-deb),deb)

package-bundle: $(PACKAGE_VENV)/.stamp  ## the one-folder bundle alone, in build/package/dist
	@$(BUNDLE) bundle

package-smoke:  ## start the bundle where there is no Python: commands, doctor, desk
	@$(BUNDLE) smoke

package-measure:  ## size of the bundle and its start, cold and warm
	@$(BUNDLE) measure

$(PACKAGE_VENV)/.stamp: requirements/run.txt requirements/build.txt requirements/package.txt pyproject.toml workstation/__init__.py
	@echo "Preflight: installing the locked packages into $(PACKAGE_VENV)"
	@python="$$(scripts/find-python)" && rm -rf $(PACKAGE_VENV) && "$$python" -m venv $(PACKAGE_VENV)
	@$(PACKAGE_PYTHON) -m pip --disable-pip-version-check --no-input install --quiet --progress-bar off --require-hashes \
		--only-binary :all: -r requirements/run.txt -r requirements/build.txt -r requirements/package.txt
	@$(PACKAGE_PYTHON) -m pip --disable-pip-version-check --no-input install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

lock:  ## resolve pyproject.toml into requirements/*.txt again; UPGRADE=1 takes the newest releases
	@python="$$(scripts/find-python)" && PYTHON="$$python" UPGRADE=$(UPGRADE) scripts/lock

clean:  ## remove what was set up or cached here
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache .benchmarks
	find workstation ui tests -name __pycache__ -prune -exec rm -rf {} +

$(PYTHON_IN):
	@python="$$(scripts/find-python)" || exit 1; \
	"$$python" -c 'import ensurepip, venv' 2>/dev/null || scripts/system-libraries venv || exit 1; \
	"$$python" -m venv $(VENV) || { rm -rf $(VENV); echo "Preflight: $$python cannot make a virtual environment; see above." >&2; exit 1; }

# The package itself is installed editable with the locked build backend: nothing but the locks is ever fetched.
$(VENV)/.run.stamp: requirements/run.txt requirements/build.txt pyproject.toml | $(PYTHON_IN)
	@echo "Preflight: installing the locked packages into $(VENV)"
	@$(PIP) --require-hashes --only-binary :all: -r requirements/run.txt -r requirements/build.txt
	@$(PIP) --no-deps --no-build-isolation --editable .
	@$(COMPILE) $(VENV)/lib >/dev/null 2>&1 || true  # some packages carry files that are no Python 3
	@touch $@

$(VENV)/.dev.stamp: requirements/dev.txt $(VENV)/.run.stamp
	@echo "Preflight: installing the locked development packages into $(VENV)"
	@$(PIP) --require-hashes --only-binary :all: -r requirements/dev.txt
	@$(COMPILE) $(VENV)/lib >/dev/null 2>&1 || true
	@touch $@
