# `make help` explains the targets. All paths are relative: the folder's own may hold spaces.
.DEFAULT_GOAL := help
.PHONY: run test check fix bench torture audit docs clean help

export UV_PYTHON_DOWNLOADS := never
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Where it is set, each start compiles every module anew: 8 s instead of 1.3.
export PYTHONDONTWRITEBYTECODE :=
UV := .tools/bin/uv
PYTHON := .venv/bin/python
COMPILE := $(UV) pip compile --quiet --universal --generate-hashes --python-version 3.11
CHECKED := sqlite:///.made/check.db
READY := .venv/.ready
BENCH := .made/bench-venv
BENCH_READY := $(BENCH)/.ready

run: $(READY) ## set everything up and serve (PORT=8123 DATABASE_URL=... serve elsewhere)
	@exec $(PYTHON) -m cli run

test: check ## check everything, then run every test on SQLite and PostgreSQL
	$(PYTHON) -m pytest --numprocesses 3 --dist loadfile --no-loadscope-reorder

check: $(READY) ## format, lint, types, layers and migrations, without tests
	$(PYTHON) -m ruff format --check
	$(PYTHON) -m ruff check
	$(PYTHON) -m mypy
	PYTHONPATH=. .venv/bin/lint-imports --no-logo
	@mkdir -p .made && rm -f .made/check.db*
	DATABASE_URL=$(CHECKED) $(PYTHON) -m alembic upgrade head
	DATABASE_URL=$(CHECKED) $(PYTHON) -m alembic check

fix: $(READY) ## format the code, mend what the linter can, and lock what pyproject.toml asks for
	$(PYTHON) -m ruff format
	$(PYTHON) -m ruff check --fix
	$(COMPILE) pyproject.toml --output-file requirements/runtime.txt
	$(COMPILE) pyproject.toml --extra otel --output-file requirements/otel.txt
	$(COMPILE) pyproject.toml --group dev --output-file requirements/dev.txt
	$(COMPILE) --group tools --output-file requirements/tools.txt
	$(COMPILE) --group bench --output-file requirements/bench.txt
	$(COMPILE) --group generator --output-file requirements/generator.txt
	$(COMPILE) --group audit --output-file requirements/audit.txt

bench: $(READY) $(BENCH_READY) ## print every figure that the documentation claims (NAMES="..." for some)
	$(PYTHON) -m pytest -q tests/bench
	$(PYTHON) -m bench $(NAMES)

torture: $(READY) ## try to break the service for 15 minutes (FULL=1 for hours, ARGUMENTS="-k crash" for a part)
	TORTURE=$(if $(FULL),full,long) $(PYTHON) -m pytest --timeout 7200 tests/torture $(ARGUMENTS)

audit: $(READY) ## list what the service is made of (build/sbom.json), check licences and known faults
	$(PYTHON) -m tests.supply_chain

docs: $(READY) ## build the documentation as a site in build/site, run its commands and follow its links
	$(PYTHON) -m pytest tests/test_documentation.py tests/test_site.py tests/test_documented_commands.py

clean: ## delete what set-up made; data/ stays
	rm -rf .venv .tools .made .cache .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis build *.egg-info clients/*/node_modules clients/typescript/dist

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 8

$(READY): pyproject.toml requirements/dev.txt requirements/tools.txt | $(UV)
	$(UV) venv --quiet --allow-existing --python python3 .venv
	$(UV) pip sync --quiet --require-hashes --python $(PYTHON) requirements/dev.txt
	$(UV) pip install --quiet --no-deps --no-build-isolation --python $(PYTHON) --editable .
	@touch $(READY)

# What the service is measured against; nothing else needs it.
$(BENCH_READY): requirements/bench.txt | $(UV)
	$(UV) venv --quiet --allow-existing --python python3 $(BENCH)
	$(UV) pip sync --quiet --require-hashes --python $(BENCH)/bin/python requirements/bench.txt
	@touch $(BENCH_READY)

$(UV): requirements/tools.txt
	@python3 -m pip --version >/dev/null 2>&1 || { echo "pip is missing: apt-get install python3-pip"; exit 1; }
	python3 -m pip install --quiet --root-user-action=ignore --upgrade --require-hashes --target .tools --requirement requirements/tools.txt
	@touch $(UV)
