# Two commands do all: `make run` (the site with demo data) and `make test` (the whole suite).
SHELL := /bin/bash
PYTHON ?= python3.11
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
export LEARNENV_HOME ?= $(CURDIR)/var
SYSTEM := libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fontconfig
TEST_SYSTEM := $(SYSTEM) chromium strace default-jdk-headless softhsm2 qpdf poppler-utils
# Two processes, in the order of tests/conftest.py.
SIDE_BY_SIDE := -n 2 --dist loadfile --no-loadscope-reorder
.DEFAULT_GOAL := help

.PHONY: help run test coverage postgresql vendored lint journeys lock oracle blocks translations bench bench-workbench clean
help: ## Show what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | column -ts "$$(printf '\t')"

# System packages: apt when root; otherwise say what to install.
define need_system
	@missing=""; for p in $(1); do dpkg-query -W -f='$${Status}' $$p 2>/dev/null | grep -q 'ok installed' || missing="$$missing $$p"; done; \
	if [ -n "$$missing" ]; then \
	  if [ "$$(id -u)" = 0 ]; then echo "Installing:$$missing"; apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing >/dev/null; \
	  else echo "Install these packages first: sudo apt-get install$$missing"; exit 1; fi; fi
endef

.stamps/venv:
	@mkdir -p .stamps
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 is missing: install python3.11 and python3.11-venv."; exit 1; }
	@$(PYTHON) -c "import ensurepip" 2>/dev/null || { if [ "$$(id -u)" = 0 ]; then apt-get update -qq && apt-get install -y -qq python3.11-venv >/dev/null; else echo "Install this first: sudo apt-get install python3.11-venv"; exit 1; fi; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

.stamps/base: .stamps/venv requirements/base.txt pyproject.toml
	$(call need_system,$(SYSTEM))
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/base.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.stamps/dev: .stamps/base requirements/dev.txt requirements/xblocks.txt
	$(call need_system,$(TEST_SYSTEM))
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt -r requirements/xblocks.txt
	@touch $@

.stamps/translations: .stamps/base $(wildcard learnenv/translations/*/LC_MESSAGES/*.po)
	@$(BIN)/pybabel --quiet compile -d learnenv/translations 2>/dev/null
	@touch $@

run: .stamps/base .stamps/translations ## Run the site with the real course and demo people (PORT=8000)
	@test -e $(LEARNENV_HOME)/learnenv.db || LEARNENV_BASE_URL=http://127.0.0.1:$(PORT) $(BIN)/learnenv demo --accounts-json $(LEARNENV_HOME)/accounts.json
	@echo "Accounts: $(LEARNENV_HOME)/accounts.json"
	@LEARNENV_BASE_URL=http://127.0.0.1:$(PORT) exec $(BIN)/learnenv serve --port $(PORT)

test: .stamps/dev .stamps/translations .stamps/axe .stamps/verifiers ## Run the whole suite (TEST_DATABASE_URL=… for PostgreSQL)
	$(BIN)/pytest $(SIDE_BY_SIDE) $(PYTEST)

journeys: .stamps/dev .stamps/translations .stamps/axe ## Only the stories in a real browser
	$(BIN)/pytest -m journey $(PYTEST)

.stamps/axe: tests/journeys/package-lock.json
	@command -v npm >/dev/null || { if [ "$$(id -u)" = 0 ]; then apt-get update -qq && apt-get install -y -qq --no-install-recommends nodejs npm >/dev/null; else echo "Install npm first: sudo apt-get install npm"; exit 1; fi; }
	@cd tests/journeys && npm ci --ignore-scripts --silent --no-audit --no-fund
	@mkdir -p .stamps && touch $@

.stamps/verifiers: tests/certificates/node/package-lock.json
	@command -v npm >/dev/null || { if [ "$$(id -u)" = 0 ]; then apt-get update -qq && apt-get install -y -qq --no-install-recommends nodejs npm >/dev/null; else echo "Install npm first: sudo apt-get install npm"; exit 1; fi; }
	@cd tests/certificates/node && npm ci --ignore-scripts --silent --no-audit --no-fund
	@mkdir -p .stamps && touch $@

lint: .stamps/dev ## Check format, rules, types, layers and templates
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint --lint learnenv courses certificates --quiet

lock: .stamps/venv ## Renew the locked requirements
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile --quiet --upgrade --generate-hashes --no-strip-extras --no-emit-index-url --no-emit-find-links --python-version 3.11 requirements/base.in -o requirements/base.txt
	$(BIN)/uv pip compile --quiet --upgrade --generate-hashes --no-strip-extras --no-emit-index-url --no-emit-find-links --python-version 3.11 requirements/dev.in -o requirements/dev.txt
	$(BIN)/uv pip compile --quiet --upgrade --generate-hashes --no-strip-extras --no-emit-index-url --no-emit-find-links --python-version 3.11 requirements/workbench.in -o requirements/workbench.txt
	$(BIN)/uv pip compile --quiet --upgrade --generate-hashes --no-strip-extras --no-emit-index-url --no-emit-find-links --python-version 3.11 requirements/xblocks.in -o requirements/xblocks.txt
	$(BIN)/uv pip compile --quiet --upgrade --generate-hashes --strip-extras --no-emit-index-url --no-emit-find-links --python-version 3.11 requirements/blocks.in -o requirements/blocks.txt

.venv-oracle/.ready: requirements/oracle.txt
	$(PYTHON) -m venv .venv-oracle
	.venv-oracle/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/oracle.txt
	@touch $@

oracle: .venv-oracle/.ready ## Grade the sample problems with Open edX's own code (LEARNENV_OLX_SAMPLES=…)
	.venv-oracle/bin/python tests/oracle/run.py

.venv-blocks/.ready: .stamps/dev requirements/blocks.txt
	$(PYTHON) -m venv .venv-blocks
	.venv-blocks/bin/pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements/base.txt -r requirements/dev.txt -r requirements/blocks.txt
	.venv-blocks/bin/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# Warnings of packages of others are theirs; those of ours stay errors in `make test`.
blocks: .venv-blocks/.ready .stamps/translations ## Try blocks of others in this host and in a real browser
	.venv-blocks/bin/pytest $(SIDE_BY_SIDE) -W default tests/blocks $(PYTEST)

translations: .stamps/dev ## Gather new strings into the catalogues
	$(BIN)/pybabel --quiet extract -F babel.cfg -k _l -k lazy_gettext --no-location --sort-output --no-wrap -o .stamps/learnenv.pot learnenv courses certificates
	$(BIN)/pybabel update -i .stamps/learnenv.pot -d learnenv/translations --no-fuzzy-matching --no-wrap -l nl

bench: .stamps/dev ## Measure pages and queries (see benchmarks/README.md)
	$(BIN)/python benchmarks/pages.py
	$(BIN)/python benchmarks/drawing.py

.venv-workbench/.ready: requirements/workbench.txt
	$(PYTHON) -m venv .venv-workbench
	.venv-workbench/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/workbench.txt
	@touch $@

bench-workbench: .stamps/dev .venv-workbench/.ready ## Measure blocks of others beside the workbench of the XBlock SDK
	$(BIN)/python benchmarks/workbench.py

coverage: .stamps/dev .stamps/translations .stamps/axe .stamps/verifiers ## The whole suite, with the share of branches that ran
	$(BIN)/pytest $(SIDE_BY_SIDE) --cov --cov-report=term:skip-covered $(PYTEST)

# Journeys run a site of their own, in processes; tests marked `no_database` have nothing to do with
# the one that is named (tests/conftest.py sets the mark, and a test that has it wrongly fails).
postgresql: .stamps/dev .stamps/translations .stamps/verifiers ## All that can depend on the database, on PostgreSQL (TEST_DATABASE_URL=…)
	@test -n "$$TEST_DATABASE_URL" || { echo "Name the database first: TEST_DATABASE_URL=postgresql+psycopg://…"; exit 1; }
	$(BIN)/pytest $(SIDE_BY_SIDE) -m "not journey and not no_database" $(PYTEST)

vendored: .stamps/venv ## Make the vendored files again; fails when that gives a difference
	cd vendor && npm ci --ignore-scripts --silent --no-audit --no-fund && ../$(BIN)/python build.py >/dev/null
	cd vendor-contexts && npm ci --ignore-scripts --silent --no-audit --no-fund && ../$(BIN)/python build.py
	cd vendor-places && npm ci --ignore-scripts --silent --no-audit --no-fund && ../$(BIN)/python build.py
	git diff --exit-code --stat -- learnenv/web/static/vendor certificates/credentials/contexts learnenv/kernel/places.csv learnenv/kernel/places.json

clean: ## Remove what was installed here (never the data in var/)
	rm -rf $(VENV) .venv-blocks .venv-oracle .venv-workbench .stamps tests/journeys/node_modules tests/certificates/node/node_modules vendor/node_modules vendor-contexts/node_modules vendor-places/node_modules
