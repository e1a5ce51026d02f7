.PHONY: check test test-all format

test:
	python -m pytest -q -m "not slow"

test-all:
	python -m pytest -q

check:
	ruff check --no-cache .
	ruff format --no-cache --check .
	pyright
	lint-imports
	ssmi lint specs

format:
	ruff check --fix .
	ruff format .
