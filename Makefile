# Each target makes what it needs first. Stamps and built files remember what is done.

SHELL := /bin/sh
.DELETE_ON_ERROR:
# Every server and every worker of the tests would compile everything anew.
unexport PYTHONDONTWRITEBYTECODE
.PHONY: run dev test quick soak bench lint types smoke-tests server-tests browser-tests story-tests \
        screen-tests phone-tests phone-check clean \
        python node chromium

SYSTEM_PYTHON := $(shell for each in python3 python3.13 python3.12 python3.11 python; do \
  $$each -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$each && break; done)
PY := .venv/bin/python
RUNTIME := .venv/.runtime
DEV := .venv/.dev
COMPILED := .venv/.compiled
MODULES := pwa/node_modules/.stamp
APP := pwa/dist/index.html
APP_SOURCES := $(shell find pwa -name node_modules -prune -o -name dist -prune -o -type f -print)
TOGETHER := --no-print-directory $(if $(filter output-sync,$(.FEATURES)),--output-sync=target)
TESTED := $(PY) -m pytest -q --dist loadfile --no-loadscope-reorder
ASIDE := nice -n 5
QUICKLY := not slow and not browser and not soak and not postgresql

run: $(RUNTIME) $(APP)
	@exec $(PY) -m server.cli serve --sample

# Two processes that reload: the server on its usual port, the app on Vite's, which passes
# everything else on to the server.
dev: $(DEV) $(MODULES)
	@(cd pwa && exec npm run dev) & app=$$!; trap 'kill $$app' EXIT INT TERM; \
	SHOPBELL_ORIGIN=$${SHOPBELL_ORIGIN:-http://localhost:5173} .venv/bin/watchfiles \
	  --filter python '$(PY) -m server.cli serve --sample' server sync

# Each begins when what it needs is there, and says what it has to say at its end; a failure of one
# is a failure of all. Browsers mostly wait. While they do, the tests of the server have the
# processors, and step aside when they go on.
test:
	@$(MAKE) $(TOGETHER) -j 6 lint types server-tests phone-check phone-tests story-tests screen-tests

# Everything pure, and of each slice what its first tests say on SQLite.
quick: $(DEV) $(MODULES)
	@$(MAKE) $(TOGETHER) -j 3 lint types phone-tests smoke-tests

smoke-tests: $(COMPILED)
	$(PY) -m pytest -q -n 2 --dist load --smoke -m "$(QUICKLY)"

soak: $(DEV) $(APP) chromium
	$(PY) -m pytest -q -m soak
	$(PY) -m tests.mutants

bench: $(DEV) $(APP) chromium
	@$(PY) -m tests.bench

server-tests: $(COMPILED) $(MODULES)
	$(ASIDE) $(TESTED) -n 3 -m "not browser and not soak"

browser-tests:
	@$(MAKE) $(TOGETHER) -j 2 story-tests screen-tests

story-tests: $(COMPILED) $(APP) chromium
	$(TESTED) -n 1 -m "browser and not unhurried and not soak" tests/browser

screen-tests: $(COMPILED) $(APP) chromium
	$(TESTED) -n 1 -m "unhurried and not soak" tests/browser

lint: $(DEV)
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .

types: $(DEV)
	.venv/bin/mypy

phone-check: $(MODULES)
	cd pwa && npm run --silent check

phone-tests: $(MODULES)
	cd pwa && npm test --silent

# What is needed before anything else

# uv takes a tenth of pip's time, and asks the index that pip was told of; where it cannot, pip does.
# What it leaves uncompiled is compiled when the tests are collected, or by whatever imports it first.
PIP := $(PY) -m pip install -qq --disable-pip-version-check --require-hashes -r
INSTALL = install_all() { $(PIP) requirements-installer.txt && \
	  index="$${PIP_INDEX_URL:-$$($(PY) -m pip config get global.index-url 2>/dev/null)}"; \
	  if [ -n "$$index" ]; then export UV_DEFAULT_INDEX="$$index"; fi; \
	  $(PY) -m uv pip install -q --python $(PY) --no-deps --require-hashes -r "$$1" || $(PIP) "$$1"; }; install_all

$(RUNTIME): requirements.txt | python
	@test -x $(PY) || $(SYSTEM_PYTHON) -m venv .venv || { rm -rf .venv; \
	  echo "Python cannot make virtual environments. On Debian or Ubuntu: apt-get install python3-venv"; \
	  exit 1; }
	@echo "Installing the server's packages…"
	@$(INSTALL) requirements.txt
	@touch $@

$(DEV): requirements-dev.txt $(RUNTIME)
	@echo "Installing the development packages…"
	@$(INSTALL) requirements-dev.txt
	@touch $@

# All at once, five processes would each compile the same thousand modules.
$(COMPILED): $(DEV)
	@$(PY) -m pytest -q --collect-only >$@ 2>&1 || true

$(MODULES): pwa/package.json pwa/package-lock.json | node
	@echo "Installing the app's packages…"
	@cd pwa && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

$(APP): $(MODULES) $(APP_SOURCES)
	@echo "Building the app…"
	@cd pwa && npm run --silent build
	@touch $@

python:
	@test -n "$(SYSTEM_PYTHON)" || test -x $(PY) || { \
	  echo "Shopbell needs Python 3.11 or newer. On Debian or Ubuntu: apt-get install python3 python3-venv"; \
	  exit 1; }

node:
	@node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b > 18) ? 0 : 1)' \
	  2>/dev/null || { \
	  echo "Shopbell needs Node.js 20.19 or newer, with npm: https://nodejs.org"; exit 1; }
	@command -v npm >/dev/null || { echo "Shopbell needs npm. On Debian or Ubuntu: apt-get install npm"; exit 1; }

# The shell is the same engine without a window, which most tests can do without: the faster one.
FONTS := fonts-noto-cjk
INSTALLED := apt-get install -y -qq

chromium:
	@command -v chromium-headless-shell >/dev/null || \
	{ [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && echo "Installing Chromium…" && \
	  apt-get update -qq && { $(INSTALLED) chromium chromium-headless-shell $(FONTS) >/dev/null || \
	  $(INSTALLED) chromium $(FONTS) >/dev/null; }; } || \
	command -v chromium >/dev/null || command -v chromium-browser >/dev/null || { \
	  echo "The browser tests need Chromium and a Chinese font." \
	       "On Debian or Ubuntu: apt-get install chromium $(FONTS)"; exit 1; }

clean:
	rm -rf .venv pwa/node_modules pwa/dist .mypy_cache .ruff_cache .pytest_cache
