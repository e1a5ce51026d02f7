.PHONY: check test format

test:
	python -m pytest -q

check:
	ruff check .
	ruff format --check .
	pyright
	lint-imports

format:
	ruff check --fix .
	ruff format .
