"""What `--fix` promises, on every structural mutation of every bundled spec: its tree is changed by the fixes and by nothing else."""

from collections import Counter
from typing import Any

import pytest
import yaml

from ssmi_dsl.bundled import bundled_names
from ssmi_dsl.check import check
from ssmi_dsl.document import read_document
from ssmi_dsl.fixes.apply import Outcome, applicable, fix_document
from ssmi_dsl.fixes.layout import comments_in
from ssmi_dsl.fixes.tree import changed, same_tree
from study.mutate import MUTATIONS, mutated
from study.plain import Data, flattened

# the others are in the slow suite
QUICK = ("byol", "clip", "vicreg")
SPECS = [pytest.param(name, marks=() if name in QUICK else (pytest.mark.slow,), id=name) for name in bundled_names()]
# what is fixed at least
FIXED = {
    ("byol", False): {"SD001", "SD006", "SD008"},
    ("byol", True): {"EM002", "MT001", "SD005"},
    ("vicreg", False): {"MT002", "MT016"},
}


@pytest.mark.parametrize("unsafe", [False, True])
@pytest.mark.parametrize("name", SPECS)
def test_every_mutation_of_a_spec(name: str, unsafe: bool) -> None:
    fixed = fixed_mutations(name, unsafe=unsafe)
    assert FIXED.get((name, unsafe), set()) <= fixed


def fixed_mutations(name: str, *, unsafe: bool) -> set[str]:
    """The codes of what is fixed, after the promises are checked for every mutation that applies."""
    whole = flattened(name, "default")
    applying = [(mutation.name, data) for mutation in MUTATIONS if (data := mutated(whole, mutation)) is not None]
    assert len(applying) >= 25
    fixed = set[str]()
    for mutation, data in applying:
        text = commented(data)
        outcome = fix_document(read_document(text), check, unsafe=unsafe)
        left = [d.code for d in outcome.findings if applicable(d, unsafe=unsafe)]
        assert left == [], f"{mutation}: a fixable finding is left"
        assert comments(outcome.document.text) == comments(text), f"{mutation}: a comment is lost"
        meant = tree_after(read_document(text).data, outcome)
        assert same_tree(outcome.document.data, meant), f"{mutation}: more changed than the fixes say"
        fixed |= {d.code for d in outcome.applied}
    return fixed


def commented(data: Data) -> str:
    """YAML of the data with a comment at the end of every line."""
    text = yaml.safe_dump(data, sort_keys=False, default_flow_style=None, width=1_000_000, allow_unicode=True)
    return "".join(f"{line} # line {number}\n" for number, line in enumerate(text.splitlines()))


def comments(text: str) -> Counter[str]:
    document = read_document(text)
    return Counter(text[start:end].strip() for start, end in comments_in(document, 0, len(text)))


def tree_after(data: Any, outcome: Outcome) -> Any:
    """The tree with every change that the applied fixes announce, one after another."""
    for finding in outcome.applied:
        assert finding.fix is not None
        data = changed(data, finding.fix.changes)
    return data
