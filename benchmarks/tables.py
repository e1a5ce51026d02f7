"""Writes the tables of results/ into README.md and docs/, between their markers. `--check` only says whether they are current (exit 1: no)."""

import re
import sys
from pathlib import Path

HERE = Path(__file__).parent
PAGES = (HERE.parent / "README.md", HERE.parent / "docs" / "linting.md")


def with_tables(text: str) -> str:
    """The text with each `<!-- name -->...<!-- /name -->` filled from results/name.md."""

    def fill(match: re.Match[str]) -> str:
        name = match.group(1)
        return f"<!-- {name} -->\n{(HERE / 'results' / f'{name}.md').read_text()}<!-- /{name} -->"

    return re.sub(r"<!-- (\w+) -->.*?<!-- /\1 -->", fill, text, flags=re.DOTALL)


def main() -> None:
    stale = [page for page in PAGES if with_tables(page.read_text()) != page.read_text()]
    if "--check" in sys.argv:
        names = ", ".join(page.name for page in stale)
        raise SystemExit(f"not current: {names}; run python benchmarks/tables.py" if stale else 0)
    for page in stale:
        page.write_text(with_tables(page.read_text()))


if __name__ == "__main__":
    main()
