"""The page of the mutation study: claims, a matrix of verdicts, and every disagreement with its reason."""

from collections.abc import Iterator, Mapping
from typing import Any

from study.mutate import MUTATIONS
from study.notes import REASONS
from study.shrink import BATCH, FEATURES, NOISE
from study.simulate import KNOWN_NATS, STEPS
from study.verdicts import LEAST_NATS, LEAST_RANK, LEAST_STD, LONG_STEPS, LOW_RATE, SEEDS

Rows = Mapping[str, Mapping[str, Any]]

LINT = {"error": "E", "warning": "w", "info": "i", "": "-"}
CERTIFICATE = {"proven": "p", "refused": "R", "not reached": "."}
SIMULATION = {"healthy": "h", "collapsed": "C", "diverged": "D", "stopped": "S", "not reached": "."}
BROKEN = ("collapsed", "diverged", "stopped")


def page(methods: Mapping[str, Rows], unmutated: str) -> str:
    """Markdown of the whole study."""
    missed = list(disagreements(methods, unmutated))
    lines = [
        "# Mutations of the bundled specs",
        "",
        "`python benchmarks/mutations.py` applies every structural mutation to every bundled spec to which it applies and asks three judges.",
        "Lint reads the mutated spec at its published scale and at that of `digits`. Certificate and simulation get the same mutation of the",
        f"same method, made small and with every rule off: {STEPS} steps at batch {BATCH} on vectors of {FEATURES} features, whose views differ by noise of",
        f"standard deviation {NOISE} and therefore share {KNOWN_NATS:.2f} nats. Methods on tokens and masks see the vectors as pictures, those on",
        "texts have a text for one view. What lint or the certificate refuses is not simulated.",
        "",
        "A run has *collapsed* when the embeddings of 512 fresh pairs reach, of what the unmutated method reaches under the same budget, less than",
        f"{LEAST_STD} of the standard deviation of directions, {LEAST_RANK} of the effective rank, or {LEAST_NATS:.2f} of the information that InfoNCE reads.",
        "The thresholds are the same for all. A run of smaller batches that has collapsed is trained again on as many samples as the unmutated one saw, and",
        "judged then. *Diverged*: embeddings that are not finite. *Stopped*: the step cannot be run.",
        "",
        f"A run that is broken so far is tried again from {len(SEEDS)} seeds, for {LONG_STEPS} steps at {LOW_RATE} of the rate, each next to the unmutated",
        "method from the same seed, and the majority decides: what trains more slowly, or at a rate that is too high for its network, has not collapsed.",
        "What is frozen then has the weights that the unmutated method reached, as by `ssmi run --init`: a frozen target teaches what it knows. What is",
        "healthy after the short run is not trained further.",
        "",
        *summary(methods, unmutated),
        "",
        "## Verdicts",
        "",
        "Three letters: lint (E error, w warning, i information, - nothing), certificate (p proven, R refused, . not reached), simulation (h healthy,",
        "C collapsed, D diverged, S stopped, . not reached or not needed). Empty: the mutation does not apply. A spec that cannot be lowered has no",
        "certificate.",
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
    for name, mutation in missed:
        row = methods[name][mutation]
        reason = _reason(name, mutation) or "No reason is known."
        lines.append(f"- `{mutation}` of {name} ({_certificate(row)}, {row['simulation']}): {reason}")
    lines += ["", "## Broken in the short run, healthy in the long ones", ""]
    lines += list(_recovered(methods, unmutated)) or ["None."]
    lines += ["", "## What each mutation does", "", "| mutation | what is done |", "| --- | --- |"]
    lines += [f"| {mutation.name} | {mutation.what} |" for mutation in MUTATIONS]
    return "\n".join(lines) + "\n"


def summary(methods: Mapping[str, Rows], unmutated: str) -> list[str]:
    """The counts, as a list in Markdown."""
    pairs = [row for rows in methods.values() for key, row in rows.items() if key != unmutated]
    errors = [row for row in pairs if row["lint"]["error"]]
    passed = [row for row in pairs if not row["lint"]["error"]]
    tried = [row for row in passed if row["trial"] is not None]
    refused = [row for row in pairs if _certificate(row) == "refused"]
    known = sum(bool(row["lint"]["error"]) for row in refused)
    missed = list(disagreements(methods, unmutated))
    unknown = sum(_reason(*miss) is None for miss in missed)
    fewest = min((len(rows) - 1 for rows in methods.values()), default=0)
    seconds = sum(row["seconds"] for rows in methods.values() for row in rows.values())
    flagged = [name for name, rows in methods.items() if any(rows[unmutated]["lint"].values())]
    no = [name for name, rows in methods.items() if _certificate(rows[unmutated]) == "refused"]
    waiting = [name for name, rows in methods.items() if rows[unmutated]["trial"] is None]
    lines = [
        f"- {len(pairs)} mutated specs of {len(methods)} methods, at least {fewest} of each, by {len(MUTATIONS)} mutations; {seconds:.0f} s of CPU time.",
        f"- Lint calls {len(errors)} of them errors. The certificate refuses {len(refused)}, lint {known} of these.",
        f"- Of the {len(passed)} that lint lets pass, {len(tried)} were lowered, certified and trained so far; "
        f"broken: {len(missed)}, for no known reason: {unknown}.",
        f"- Unmutated specs that lint flags: {', '.join(flagged) or 'none'}; that the certificate refuses: {', '.join(no) or 'none'}.",
    ]
    if waiting:
        lines.append(f"- Judged by lint alone so far: {', '.join(waiting)}. The command goes on where it stopped.")
    return lines


def _reason(name: str, mutation: str) -> str | None:
    return REASONS.get((name, mutation), REASONS.get(("", mutation)))


def is_broken(row: Mapping[str, Any]) -> bool:
    """Whether certificate or simulation found the mutated method broken."""
    return _certificate(row) == "refused" or row.get("simulation") in BROKEN


def disagreements(methods: Mapping[str, Rows], unmutated: str) -> Iterator[tuple[str, str]]:
    """Method and mutation of every spec that is broken although lint found no error."""
    for name, rows in methods.items():
        for key, row in rows.items():
            if key != unmutated and is_broken(row) and not row["lint"]["error"]:
                yield name, key


def _recovered(methods: Mapping[str, Rows], unmutated: str) -> Iterator[str]:
    """What long runs acquit, with the information of each, and behind it that of the unmutated method."""
    for name, rows in methods.items():
        for key, row in rows.items():
            if key == unmutated or row["trial"] is None or row.get("simulation") != "healthy":
                continue
            again, reached = (row["trial"].get(word, ()) for word in ("again", "reached"))
            if again:
                pairs = ", ".join(f"{a['nats']:.2f} of {b['nats']:.2f}" for a, b in zip(again, reached, strict=True))
                yield f"- `{key}` of {name}: {row['trial']['outcome']['nats']:.2f} nats in the short run; {pairs} in the long ones"


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
