# Every command sets the environment up first (bin/setup; nothing to do when it is there).
.DEFAULT_GOAL := help
.PHONY: help setup demo test check format bench clean
MAKEFLAGS += --no-print-directory

help: ## show this list
	@grep -E '^[a-z]+:.*##' Makefile | sed -E 's/^([a-z]+):[^#]*## (.*)/  make \1\t\2/' | expand -t 16

setup: ## make .venv with everything needed
	@bin/setup

demo: setup ## run everything on this computer with simulated homes; Ctrl-C ends it
	@exec .venv/bin/wellkept up --demo

test: setup ## run all tests, two at a time (ARGS="-k name" narrows them, one at a time)
	@.venv/bin/pytest $(or $(ARGS),-n 2 --dist worksteal)

check: setup ## format, lint and types
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy

format: setup ## rewrite files in the common format
	.venv/bin/ruff format .
	.venv/bin/ruff check --fix .

bench: setup ## list what can be measured; ARGS="scoring" measures it and writes the result, ARGS="all" everything
	@.venv/bin/python -m bench $(ARGS)

clean: ## remove the environment and all caches here; data and the cache in your home stay
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis build *.egg-info
	rm -rf .wellkept/cache .wellkept/setup.log .wellkept/setup.lock
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
