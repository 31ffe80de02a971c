# The commands of daily life. `make help` lists them; none needs root.

VENV ?= .venv
PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3.13 \
  || command -v python3.14 || command -v python3)
BIN = $(VENV)/bin
PIP = $(BIN)/python -m pip --disable-pip-version-check --quiet
HOST ?= 127.0.0.1
PORT ?= 8000

# The matrices are small: with several threads each, they would wait for each other.
export OMP_NUM_THREADS ?= 1
export OPENBLAS_NUM_THREADS ?= 1

# Debian's names of what some tests drive: PostgreSQL, nginx, a browser, a word processor, R.
SYSTEM_PACKAGES = postgresql nginx chromium libreoffice-writer-nogui \
  r-base-core r-cran-lavaan r-cran-psych r-cran-semtools r-cran-gparotation r-cran-jsonlite

# What the client in TypeScript and the checks of openapi.yaml need; node and npm are in $(VENV).
TYPESCRIPT = clients/typescript
NODE_TOOLS = $(TYPESCRIPT)/node_modules/.package-lock.json
PYTHON_CLIENT = clients/python/alliance_client/generated

# What computes: the rest of the tests asks nothing of the linear algebra.
ENGINE_TESTS = $(addprefix tests/,cfa correlation criterion efa simulation invariance irt items reliability \
  sample_size examples test_simulate.py validity/test_study.py)

# What starts no server and measures no time may share the machine with its like.
COMPUTING_TESTS = $(addprefix tests/,cfa correlation criterion declared disclosure edges efa examples \
  invariance irt items longitudinal monitoring reliability reports sample_size schemas scoring simulation validity)

.PHONY: help setup setup-dev setup-system demo run test test-slow test-kernels faults image-check lint check format lock audit openapi clients bench-engine bench-report bench-irt bench-http clean

help: ## show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*##/\t/' | expand -t 16

setup: $(VENV)/.runtime ## install what the service needs into .venv
setup-dev: $(VENV)/.dev $(NODE_TOOLS) ## the same, with what the tests need

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; no python3 was found."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Python 3.11 or newer is needed; name it with: make PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
	  || { echo "Python's venv module is missing (Debian: the package python3-venv)."; exit 1; }
	@echo "Making the environment $(VENV) …"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing the locked packages (about half a minute the first time) …"
	@$(PIP) install --require-hashes --requirement requirements.lock \
	  || { echo "The packages could not be installed; the lines above say why."; exit 1; }
	@$(PIP) install --no-deps --no-build-isolation --no-index --editable .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.runtime
	@echo "Installing what the tests need …"
	@$(PIP) install --require-hashes --requirement requirements-dev.lock \
	  || { echo "The packages could not be installed; the lines above say why."; exit 1; }
	@touch $@

$(NODE_TOOLS): $(TYPESCRIPT)/package-lock.json $(VENV)/.dev
	@echo "Installing what the client in TypeScript needs …"
	@cd $(TYPESCRIPT) && PATH="$(abspath $(BIN)):$$PATH" npm ci --silent && touch ../../$@ \
	  || echo "npm could not install: what needs it is not tested."

setup-system: ## install the programs that some tests drive (Debian, as root)
	@dpkg --status $(SYSTEM_PACKAGES) > /dev/null 2>&1 || { apt-get update --quiet=2 \
	  && DEBIAN_FRONTEND=noninteractive apt-get install --yes --quiet=2 --no-install-recommends \
	  $(SYSTEM_PACKAGES) > /dev/null; }

demo: setup ## start the service, send it the example file, analyse it, print a summary, stop it
	@$(BIN)/python examples/demo.py

run: setup ## start the service on http://$(HOST):$(PORT) and stay
	@$(BIN)/alliance serve --host $(HOST) --port $(PORT)

test: setup-dev ## run the tests: what computes on two cores, then what starts servers
	@$(BIN)/python -m pytest --numprocesses 2 --dist loadscope $(COMPUTING_TESTS)
	@$(BIN)/python -m pytest $(addprefix --ignore=,$(COMPUTING_TESTS))

test-slow: setup-dev ## run the simulations too (long)
	@$(BIN)/python -m pytest -m slow

test-kernels: setup-dev ## run the engine's tests as on three other processors, two at a time
	@$(BIN)/python -m tests.processors.kernels | xargs -P 2 -I KERNEL \
	  env OPENBLAS_CORETYPE=KERNEL $(BIN)/python -m pytest -q $(ENGINE_TESTS)

faults: setup-dev ## kill processes, stop the database, fill the disk (MANY=1: again and again)
	@ALLIANCE_FAULTS=$(if $(MANY),many,few) $(BIN)/python -m pytest -m "not slow" tests/faults

image-check: setup-dev ## build the image and run compose.yaml in containers: cut, kill, stop (Docker)
	@$(BIN)/python -m pytest -m image tests/image

lint: setup-dev clients ## format, lint, types, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

check: lint test ## all that a change must pass

format: setup-dev ## put the code into its form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

openapi: setup ## write openapi.yaml from the schemas
	@$(BIN)/alliance openapi > openapi.yaml.new && mv openapi.yaml.new openapi.yaml

clients: $(PYTHON_CLIENT)/client.py $(TYPESCRIPT)/src/specification.d.ts ## generate the clients from openapi.yaml, check their types
	@cd clients/python && ../../$(BIN)/mypy
	@cd $(TYPESCRIPT) && PATH="$(abspath $(BIN)):$$PATH" npm run --silent check

$(PYTHON_CLIENT)/client.py: openapi.yaml clients/python/generator.yaml $(VENV)/.dev
	@rm -rf $(PYTHON_CLIENT)
	@$(BIN)/openapi-python-client generate --path openapi.yaml --config clients/python/generator.yaml \
	  --meta none --output-path $(PYTHON_CLIENT) > $(PYTHON_CLIENT).log 2>&1 \
	  || { cat $(PYTHON_CLIENT).log; exit 1; }
	@touch $@

$(TYPESCRIPT)/src/specification.d.ts: openapi.yaml $(TYPESCRIPT)/package.json $(NODE_TOOLS)
	@cd $(TYPESCRIPT) && PATH="$(abspath $(BIN)):$$PATH" npm run --silent generate > /dev/null
	@touch $@

bench-engine: setup-dev ## time the engine, beside R's packages where R is installed
	@$(BIN)/python -m benchmarks.engine

bench-report: setup-dev ## time the whole validity analysis, beside its own R script where R is installed
	@$(BIN)/python -m benchmarks.report

bench-irt: setup-dev ## time item response models, beside mirt where it is installed
	@$(BIN)/python -m benchmarks.irt

bench-http: setup-dev ## time the service beside a bare server, on SQLite and PostgreSQL
	@$(BIN)/python -m benchmarks.http

lock: setup-dev ## renew the locks; needs the package index
	@$(PIP) install uv==0.13.9
	@$(BIN)/uv pip compile --quiet pyproject.toml --extra build --universal --python-version 3.11 \
	  --generate-hashes --no-header --no-annotate --output-file requirements.lock
	@$(BIN)/uv pip compile --quiet pyproject.toml --extra build --extra dev --universal --python-version 3.11 \
	  --generate-hashes --no-header --no-annotate --constraints requirements.lock \
	  --output-file requirements-dev.lock

audit: setup-dev ## check the locks: pinned, as installed, not withdrawn, no known vulnerability
	@$(PYTHON) -m venv $(VENV)-audit
	@$(VENV)-audit/bin/python -m pip --disable-pip-version-check --quiet install \
	  pip==26.3 pip-audit==2.10.1 || exit 3
	@$(BIN)/python -m dependencies.audit $(VENV)-audit/bin requirements.lock requirements-dev.lock

clean: ## remove the environment and all that was generated
	rm -rf $(VENV) $(VENV)-audit *.egg-info .mypy_cache .ruff_cache .hypothesis build $(PYTHON_CLIENT)* \
	  $(TYPESCRIPT)/node_modules $(TYPESCRIPT)/src/specification.d.ts
