"""Writes the tables of results/ into README.md, between their markers. `--check` only says whether they are current (exit 1: no)."""

import re
import sys
from pathlib import Path

HERE = Path(__file__).parent
README = HERE.parent / "README.md"


def with_tables(text: str) -> str:
    """The text with each `<!-- name -->...<!-- /name -->` filled from results/name.md."""

    def fill(match: re.Match[str]) -> str:
        name = match.group(1)
        return f"<!-- {name} -->\n{(HERE / 'results' / f'{name}.md').read_text()}<!-- /{name} -->"

    return re.sub(r"<!-- (\w+) -->.*?<!-- /\1 -->", fill, text, flags=re.DOTALL)


def main() -> None:
    text = README.read_text()
    if "--check" in sys.argv:
        raise SystemExit(
            0 if with_tables(text) == text else "README.md is not current: run python benchmarks/tables.py"
        )
    README.write_text(with_tables(text))


if __name__ == "__main__":
    main()
