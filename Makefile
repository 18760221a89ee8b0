# make demo: everything from nothing to a running assistant. make test: the same to a tested one.
# Needs git, make and any Python from 3.8 on; uv and the two Pythons (3.11, 3.10) are found or fetched.

SHELL := /bin/sh
UV := $(firstword $(shell command -v uv 2>/dev/null) $(wildcard $(HOME)/.local/bin/uv) .uv/bin/uv)
LOCKED := uv.lock pyproject.toml .python-version
LINT = .venv/bin/ruff check bot actions nlu tests; ruff=$$?; .venv/bin/mypy; exit $$((ruff + $$?))
export UV_PYTHON_DOWNLOADS ?= automatic
# pyenv's Pythons are found where the shell that calls make does not know pyenv, too.
export PATH := $(PATH)$(addprefix :,$(wildcard $(HOME)/.pyenv/shims))

.PHONY: help demo test bench lint train environments clean
.DEFAULT_GOAL := help

help:
	@echo "make demo    start the assistant with the phone simulator"
	@echo "make test    run all tests, in both environments, and the linters"
	@echo "make lint    run the linters only"
	@echo "make bench   measure speed, start and memory"
	@echo "make train   train the model, where there is none for the present data"
	@echo "make clean   remove both environments, the models and all caches; var/ stays"

demo: environments
	@exec .venv/bin/awrach demo --attached

train: environments
	@exec .venv/bin/awrach train

bench: environments
	@exec .venv/bin/awrach bench $(OPTIONS)

test: train
	@failed=; \
	.venv/bin/python -m pytest tests --ignore=tests/nlu || failed="$$failed tests(.venv)"; \
	.venv-rasa/bin/python -m pytest tests/nlu || failed="$$failed tests(.venv-rasa)"; \
	($(LINT)) || failed="$$failed lint"; \
	if [ -n "$$failed" ]; then echo "FAILED:$$failed" >&2; exit 1; fi; \
	echo "All tests passed in both environments, the linters too."

lint: environments
	@$(LINT)

# Both at once: each waits for the network most of the time.
environments:
	@command -v git >/dev/null || { echo "git is missing: install it with the system's package manager." >&2; exit 1; }
	@$(MAKE) -s --no-print-directory -j2 .venv/.synced .venv-rasa/.synced

.venv/.synced: PYTHON := 3.11
.venv-rasa/.synced: PYTHON := 3.10
.venv/.synced .venv-rasa/.synced: $(LOCKED) | $(UV)
	@echo "Setting up $(@D) (Python $(PYTHON)) ..."
	@log=$$(mktemp); trap 'rm -f "$$log"' EXIT; \
	if UV_PROJECT_ENVIRONMENT=$(@D) $(UV) sync --frozen --python $(PYTHON) >"$$log" 2>&1 && touch $@; then \
		echo "$(@D) is ready."; \
	else \
		tail -n 15 "$$log" >&2; \
		if grep -qi "no space left" "$$log"; then echo "The disk is full: the environments need 4 GB." >&2; \
		elif grep -q "python-build-standalone\|No interpreter found" "$$log"; then \
			echo "Python $(PYTHON) is not on this machine and cannot be fetched: install it, by pyenv for example." >&2; \
		else echo "$(@D) could not be set up; uv's last lines are above." >&2; fi; \
		exit 1; \
	fi

.uv/bin/uv:
	@command -v python3 >/dev/null || { echo "python3 is missing: install any Python from 3.8 on, or uv." >&2; exit 1; }
	@echo "Fetching uv ..."
	@log=$$(mktemp); trap 'rm -f "$$log"' EXIT; \
	{ python3 -m venv .uv && .uv/bin/python -m pip install --quiet uv; } >"$$log" 2>&1 || \
	{ rm -rf .uv; python3 -m pip install --quiet --target .uv uv; } >>"$$log" 2>&1 || { \
		rm -rf .uv; tail -n 5 "$$log" >&2; \
		echo "uv could not be fetched; see https://docs.astral.sh/uv/getting-started/installation/" >&2; exit 1; }

clean:
	rm -rf .venv .venv-rasa .uv models .rasa .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
