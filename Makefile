# Two commands are enough on a fresh machine: `make run` and `make test`.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PY := .venv/bin/python
UV := .venv/bin/uv
STAMP := .stamps
SRC := src/reciproque
export RECIPROQUE_DATA ?= $(CURDIR)/data
export PYTHONDONTWRITEBYTECODE ?=

.PHONY: help run test prove check fix demo bench assets messages sbom vulnerable wheel clean

help: ## What can be done
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 12

# ---------------------------------------------------------------- Preparing
$(STAMP)/venv: requirements/dev.txt pyproject.toml
	@mkdir -p $(STAMP)
	test -x $(PY) || python3 -m venv .venv
	test -x $(UV) || $(PY) -m pip install --quiet --disable-pip-version-check uv
	$(UV) pip sync --quiet --require-hashes requirements/dev.txt
	$(UV) pip install --quiet --no-deps --editable .
	@touch $@

$(STAMP)/npm: frontend/package-lock.json
	@mkdir -p $(STAMP)
	cd frontend && npm ci --prefer-offline --no-audit --no-fund --loglevel=error
	@touch $@

FRONT := $(shell find frontend/src frontend/*.js frontend/package.json -type f 2>/dev/null)
PAGES := $(shell find $(SRC) \( -name '*.html' -o -name '*.py' \) -type f 2>/dev/null)

$(STAMP)/assets: $(STAMP)/venv $(STAMP)/npm $(FRONT) $(PAGES)
	cd frontend && npm run --silent build
	$(PY) -m whitenoise.compress --quiet $(SRC)/static/built
	@touch $@

$(STAMP)/messages: $(STAMP)/venv $(wildcard $(SRC)/locale/fr/fragments/*.po) tools/messages.py
	$(PY) tools/messages.py compile
	@touch $@

$(STAMP)/system: tools/system_packages.sh
	@mkdir -p $(STAMP)
	@tools/system_packages.sh
	@touch $@

assets: $(STAMP)/assets ## Build the styles and scripts of the pages
messages: $(STAMP)/messages ## Compile the French catalogue

# ---------------------------------------------------------------- Using
run: $(STAMP)/venv $(STAMP)/assets $(STAMP)/messages ## Load the demonstration and serve it on http://127.0.0.1:8000
	RECIPROQUE_DEMO=1 .venv/bin/reciproque demo
	RECIPROQUE_DEMO=1 .venv/bin/reciproque serve --with-worker

demo: $(STAMP)/venv $(STAMP)/assets $(STAMP)/messages ## Load the demonstration again, from nothing
	RECIPROQUE_DEMO=1 .venv/bin/reciproque demo --again

# ---------------------------------------------------------------- Verifying
test: $(STAMP)/venv $(STAMP)/assets $(STAMP)/messages $(STAMP)/system ## Everything that must hold
	.venv/bin/pytest -n 2 --dist loadfile -m "not browser" -o console_output_style=count
	tools/with_postgres.sh .venv/bin/pytest -n 2 --dist loadfile -m "not browser and not slow and not sqlite" tests/app -o console_output_style=count
	.venv/bin/pytest -m browser -o console_output_style=count

prove: $(STAMP)/venv $(STAMP)/assets $(STAMP)/messages $(STAMP)/system ## Attacks, faults and load, as figures: claim, target, measured (an hour)
	$(PY) proof/all.py

check: $(STAMP)/venv $(STAMP)/assets $(STAMP)/messages ## Contracts, types, lint, catalogue, templates, migrations, sizes
	.venv/bin/lint-imports
	.venv/bin/ruff check src tests tools benchmarks proof
	.venv/bin/ruff format --check --quiet src tests tools benchmarks proof
	.venv/bin/mypy
	$(PY) tools/messages.py check
	.venv/bin/djlint --lint --quiet $(SRC)
	$(PY) manage.py makemigrations --check --dry-run
	$(PY) manage.py check --fail-level WARNING
	$(PY) tools/budgets.py

fix: $(STAMP)/venv ## Format what can be formatted
	.venv/bin/ruff check --fix --quiet src tests tools benchmarks proof || true
	.venv/bin/ruff format --quiet src tests tools benchmarks proof

bench: $(STAMP)/venv $(STAMP)/assets $(STAMP)/messages ## Measure against the figures to reach
	$(PY) benchmarks/all.py

vulnerable: $(STAMP)/venv ## Ask the package index for known vulnerabilities of what runs (needs the internet)
	$(UV) tool run pip-audit --strict --disable-pip --require-hashes --requirement requirements/base.txt

sbom: $(STAMP)/venv ## Write the bill of materials of what runs (docs/security/sbom.cdx.json)
	$(PY) tools/sbom.py

wheel: $(STAMP)/venv $(STAMP)/assets $(STAMP)/messages ## A wheel that carries its built pages and its French
	rm -rf build dist
	$(PY) -m build --wheel --installer uv

clean: ## Forget everything that was built
	rm -rf $(STAMP) .venv frontend/node_modules $(SRC)/static/built dist build
