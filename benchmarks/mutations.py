"""The mutation study: structural mutations of every bundled spec, judged by lint, by the certificate and by a short simulation.

    python benchmarks/mutations.py [METHOD ...] [--lint-only]

Lint reads the mutated spec under its default recipe and under `digits`. Certificate and simulation see the same mutation of the same method at
the sizes of the study (study/shrink.py), with every rule off. What was tried is kept in results/mutations.json and not tried again unless
the spec, the mutation or the code that decides changed; lint is always run. What lint or the certificate refuses is not simulated. Writes
results/mutations.json, results/mutations.md and results/mutations_summary.md; benchmarks/tables.py puts the latter into docs/linting.md.
"""

import argparse
import ast
import json
import os
import time
from collections.abc import Iterator, Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import torch

import ssmi_compiler
import ssmi_dsl
from ssmi_compiler.files import write_whole
from ssmi_dsl.bundled import bundled_names
from ssmi_dsl.load import find_source, open_spec
from study.matrix import page, summary
from study.mutate import MUTATIONS, mutated
from study.plain import Data, flattened, text_of
from study.shrink import shrunk
from study.verdicts import Base, Memory, Trial, attempt, judge, lint

HERE = Path(__file__).parent
RESULTS = HERE / "results"
RECIPE, PUBLISHED = "digits", "default"
UNMUTATED = "unmutated"
# folders of code on which certificate and simulation rest
CODE = (
    Path(ssmi_compiler.__path__[0]),
    Path(ssmi_dsl.__path__[0], "terms"),
    Path(ssmi_dsl.__path__[0], "spec"),
    Path(ssmi_dsl.__path__[0], "components"),
    HERE / "study",
)
NOT_CODE = ("matrix.py", "defects.py", "cases.py", "faults.py", "facts.py", "notes.py", "mutate.py")


def main() -> None:
    parser = argparse.ArgumentParser(description="Mutations of specs, judged by lint, certificate and simulation.")
    parser.add_argument("methods", nargs="*", help="bundled specs; default: all")
    parser.add_argument(
        "--lint-only", action="store_true", help="renew the verdicts of lint and the table; simulate nothing"
    )
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    path = RESULTS / "mutations.json"
    record: dict[str, Any] = json.loads(path.read_text()) if path.is_file() else {"methods": {}}
    record["command"] = "python benchmarks/mutations.py"
    for name in arguments.methods or bundled_names():
        began = time.process_time()
        rows = record["methods"].get(name, {})
        for mutation, row in study(name, rows, tries=not arguments.lint_only):
            rows[mutation] = row
            record["methods"][name] = rows
            write_whole(path, json.dumps(record, indent=1, sort_keys=True) + "\n")
        print(f"{name}: {len(rows)} rows, {time.process_time() - began:.0f} s of CPU time", flush=True)
    write_whole(RESULTS / "mutations.md", page(record["methods"], UNMUTATED))
    write_whole(RESULTS / "mutations_summary.md", "\n".join(summary(record["methods"], UNMUTATED)) + "\n")


def study(
    name: str, known: Mapping[str, Any], *, tries: bool = True, only: tuple[str, ...] = ()
) -> Iterator[tuple[str, Any]]:
    """The unmutated spec and each mutation that applies: name and row of the table. `known` are rows of an earlier run."""
    published = [flattened(name, recipe) for recipe in recipes_of(name)]
    small = shrunk(published[-1])
    memory = Memory()
    base = _tried(UNMUTATED, published, small, known, memory, None, tries)
    yield UNMUTATED, base
    reached = Trial.from_dict(base["trial"]).outcome if base["trial"] is not None else None
    unmutated = None if reached is None else Base(small, reached)
    for mutation in MUTATIONS:
        if only and mutation.name not in only:
            continue
        changed = [data for whole in published if (data := mutated(whole, mutation)) is not None]
        if not changed:
            continue
        tried = mutated(small, mutation)
        row = _tried(mutation.name, changed, tried, known, memory, unmutated, tries)
        trial = None if row["trial"] is None else Trial.from_dict(row["trial"])
        row["simulation"] = "not reached" if trial is None or reached is None else judge(trial, reached)
        yield mutation.name, row


def recipes_of(name: str) -> tuple[str, ...]:
    """The published recipe and, behind it, the one that the study shrinks: `digits` where the spec has it."""
    whole = open_spec(find_source(name))
    own = {} if isinstance(whole, tuple) else whole.data.get("recipes") or {}
    return (PUBLISHED, RECIPE) if RECIPE in own else (PUBLISHED,)


def _tried(
    mutation: str,
    changed: list[Data],
    small: Data | None,
    known: Mapping[str, Any],
    memory: Memory,
    base: Base | None,
    tries: bool,
) -> dict[str, Any]:
    old = known.get(mutation)
    row: dict[str, Any] = {"lint": lint(*changed), "trial": None, "key": "", "seconds": 0.0}
    if small is None:
        return row
    passed = not row["lint"]["error"]
    simulated, refused = (
        sha256((code_digest() + text_of(small) + word).encode()).hexdigest()[:16] for word in ("", "refused")
    )
    key = simulated if passed else refused
    # what was simulated stays known when lint comes to refuse it
    if old is not None and (old["key"] in (key, simulated) or not tries):
        return {**row, "trial": old["trial"], "key": old["key"], "seconds": old["seconds"]}
    if not tries:
        return row
    began = time.process_time()
    trial = attempt(small, memory, base, passed=passed)
    return {**row, "trial": trial.to_dict(), "key": key, "seconds": round(time.process_time() - began, 2)}


@cache
def code_digest() -> str:
    """A digest of the code that decides about certificate and simulation; layout and comments do not count."""
    digest = sha256(os.fsencode(torch.__version__))
    for folder in CODE:
        for file in sorted(folder.rglob("*.py")):
            if file.name not in NOT_CODE:
                digest.update(ast.dump(ast.parse(file.read_bytes())).encode())
    return digest.hexdigest()


if __name__ == "__main__":
    main()
