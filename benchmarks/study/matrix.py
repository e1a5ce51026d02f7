"""The page of the mutation study: claims, a matrix of verdicts, and every disagreement with its reason."""

from collections.abc import Iterator, Mapping
from typing import Any

from study.mutate import MUTATIONS
from study.notes import REASONS
from study.shrink import BATCH, FEATURES, NOISE
from study.simulate import KNOWN_NATS, STEPS
from study.verdicts import LEAST_NATS, LEAST_RANK, LEAST_STD

Rows = Mapping[str, Mapping[str, Any]]

LINT = {"error": "E", "warning": "w", "info": "i", "": "-"}
CERTIFICATE = {"proven": "p", "refused": "R", "not reached": "."}
SIMULATION = {"healthy": "h", "collapsed": "C", "diverged": "D", "stopped": "S", "not reached": "."}
BROKEN = ("collapsed", "diverged", "stopped")


def page(methods: Mapping[str, Rows], unmutated: str) -> str:
    """Markdown of the whole study."""
    pairs = [(name, key, row) for name, rows in methods.items() for key, row in rows.items() if key != unmutated]
    broken = [(name, key) for name, key, row in pairs if is_broken(row)]
    missed = list(disagreements(methods, unmutated))
    seconds = sum(row["seconds"] for rows in methods.values() for row in rows.values())
    flagged = [name for name, rows in methods.items() if any(rows[unmutated]["lint"].values())]
    refused = [name for name, rows in methods.items() if _certificate(rows[unmutated]) == "refused"]
    lines = [
        "# Mutations of the bundled specs",
        "",
        "`python benchmarks/mutations.py` applies every structural mutation to every bundled spec to which it applies and asks three judges.",
        "Lint reads the mutated spec at its published scale and at that of `digits`. Certificate and simulation get the same mutation of the",
        f"same method, made small and with every rule off: {STEPS} steps at batch {BATCH} on vectors of {FEATURES} features, whose views differ by noise of",
        f"standard deviation {NOISE} and therefore share {KNOWN_NATS:.2f} nats.",
        "",
        "A run has *collapsed* when the embeddings of 512 fresh pairs reach, of what the unmutated method reaches under the same budget, less than",
        f"{LEAST_STD} of the standard deviation of directions, {LEAST_RANK} of the effective rank, or {LEAST_NATS:.2f} of the information that InfoNCE reads.",
        "The thresholds are the same for all. *Diverged*: embeddings that are not finite. *Stopped*: the step cannot be run.",
        "",
        f"- {len(pairs)} mutated specs of {len(methods)} methods, by {len(MUTATIONS)} mutations; {seconds:.0f} s of CPU time on one core"
        f" ({seconds / max(1, len(pairs)):.2f} s each).",
        f"- {len(broken)} are refused by the certificate, collapse, diverge or stop; lint calls {len(broken) - len(missed)} of them errors.",
        f"- Unmutated specs that lint flags: {', '.join(flagged) or 'none'}; that the certificate refuses: {', '.join(refused) or 'none'}.",
        "",
        "## Verdicts",
        "",
        "Three letters: lint (E error, w warning, i information, - nothing), certificate (p proven, R refused, . not reached, because the spec",
        "cannot be lowered), simulation (h healthy, C collapsed, D diverged, S stopped, . not reached). Empty: the mutation does not apply.",
        "",
        *_matrix(methods, unmutated),
        "",
        "What the unmutated methods reach:",
        "",
        "| method | standard deviation | effective rank | nats |",
        "| --- | ---: | ---: | ---: |",
    ]
    for name, rows in sorted(methods.items()):
        outcome = (rows[unmutated]["trial"] or {}).get("outcome")
        cells = (
            "not reached | |"
            if outcome is None
            else f"{outcome['std']:.2f} | {outcome['rank']:.1f} | {outcome['nats']:.2f} |"
        )
        lines.append(f"| {name} | {cells}")
    lines += ["", "## Broken, and no error in lint", ""]
    if not missed:
        lines.append("None.")
    for mutation in dict.fromkeys(key for _, key in missed):
        cases = [
            f"{name} ({_certificate(methods[name][mutation])}, {methods[name][mutation]['simulation']})"
            for name, key in missed
            if key == mutation
        ]
        lines.append(f"- `{mutation}`: {', '.join(cases)}. {REASONS.get(mutation, 'No reason is known.')}")
    lines += ["", "## What each mutation does", "", "| mutation | what is done |", "| --- | --- |"]
    lines += [f"| {mutation.name} | {mutation.what} |" for mutation in MUTATIONS]
    return "\n".join(lines) + "\n"


def is_broken(row: Mapping[str, Any]) -> bool:
    """Whether certificate or simulation found the mutated method broken."""
    return _certificate(row) == "refused" or row.get("simulation") in BROKEN


def disagreements(methods: Mapping[str, Rows], unmutated: str) -> Iterator[tuple[str, str]]:
    """Method and mutation of every spec that is broken although lint found no error."""
    for name, rows in methods.items():
        for key, row in rows.items():
            if key != unmutated and is_broken(row) and not row["lint"]["error"]:
                yield name, key


def _matrix(methods: Mapping[str, Rows], unmutated: str) -> Iterator[str]:
    names = sorted(methods)
    yield "| mutation | " + " | ".join(names) + " |"
    yield "| --- |" + " --- |" * len(names)
    for mutation in (unmutated, *(mutation.name for mutation in MUTATIONS)):
        cells = [_cell(methods[name].get(mutation)) for name in names]
        yield f"| {mutation} | " + " | ".join(cells) + " |"


def _cell(row: Mapping[str, Any] | None) -> str:
    if row is None:
        return ""
    worst = next((severity for severity in ("error", "warning", "info") if row["lint"][severity]), "")
    codes = " ".join(row["lint"][worst][:2]) if worst else ""
    verdicts = LINT[worst] + CERTIFICATE[_certificate(row)] + SIMULATION[row.get("simulation", "healthy")]
    return f"{verdicts} {codes}".rstrip()


def _certificate(row: Mapping[str, Any]) -> str:
    return "not reached" if row["trial"] is None else row["trial"]["certificate"]
