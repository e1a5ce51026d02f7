"""Defects that shipped in public libraries, transcribed and run through lint and certificate. Writes results/peer_defects.{json,md}.

python benchmarks/peer_defects.py
"""

import json
from collections.abc import Iterator
from pathlib import Path

from ssmi_compiler.files import write_whole
from study.cases import Case, Caught
from study.defects import CASES

RESULTS = Path(__file__).parent / "results"
WORDS = {
    "lint": "lint",
    "certificate": "certificate",
    "trace": "the trace",
    "construction": "cannot be expressed",
    "nothing": "**nothing**",
}


def main() -> None:
    rows = [(case, case.run()) for case in CASES]
    record = {
        "command": "python benchmarks/peer_defects.py",
        "cases": [
            {
                "number": case.number,
                "peer": case.peer,
                "defect": case.defect,
                "how": case.how,
                "transcription": case.transcription,
                "caught_by": caught.by,
                "evidence": caught.evidence,
            }
            for case, caught in rows
        ],
    }
    write_whole(RESULTS / "peer_defects.json", json.dumps(record, indent=1, ensure_ascii=False) + "\n")
    write_whole(RESULTS / "peer_defects.md", "\n".join(page(rows)) + "\n")
    for case, caught in rows:
        print(f"{case.number:6} {caught.by:12} {caught.evidence[:100]}")


def page(rows: list[tuple[Case, Caught]]) -> Iterator[str]:
    """Markdown: the shares, and a row for each case."""
    tried = [(case, caught) for case, caught in rows if case.how in ("spec", "planted")]
    found = [caught for _, caught in tried if caught.by != "nothing"]
    by = {word: sum(caught.by == word for _, caught in rows) for word in WORDS}
    yield "# Defects that shipped in public libraries"
    yield ""
    yield "`python benchmarks/peer_defects.py` transcribes each defect of an audit as a broken spec, or plants it in the step of a bundled method,"
    yield "and records what notices it. Where no spec can have the defect, the fact that rules it out is computed. Numbers are those of the"
    yield "audit; a prime marks a second transcription of the same defect. The test suites of the libraries let all of them ship."
    yield ""
    yield (
        f"Of {len(rows)} cases, {by['lint']} are found by lint, {by['certificate']} by the certificate and {by['trace']} by the trace; "
        f"{by['construction']} cannot be expressed; {by['nothing']} are found by nothing. "
        f"Of the {len(tried)} that could be transcribed, {len(found)} are found."
    )
    yield ""
    yield "| # | library | defect | transcribed as | caught by | evidence, or why nothing does |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for case, caught in rows:
        cells = (case.number, case.peer, case.defect, case.transcription or "-", WORDS[caught.by], caught.evidence)
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


if __name__ == "__main__":
    main()
