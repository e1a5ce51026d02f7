"""Parameter models: built when they are used, with defaults that need no building."""

import subprocess
import sys

import pytest

from ssmi_dsl.components.base import Params
from ssmi_dsl.spec.evaluate import Evaluate, MutualInformation, Probe
from ssmi_dsl.spec.hardware import Hardware
from ssmi_dsl.spec.method_spec import Lint
from ssmi_dsl.spec.objective import Weights
from ssmi_dsl.spec.optimize import PredictorUpdate
from ssmi_dsl.terms.positives.paired import Paired

IMPORTED = """
import sys
from ssmi_dsl import load
load("simsiam")
print(*sorted(name.rpartition(".")[2] for name in sys.modules if name.startswith("ssmi_dsl.terms.bounds.")))
"""
UNUSED = """
from ssmi_dsl import load
from ssmi_dsl.terms import BOUNDS, MARGINALS
load("simsiam")
print(sorted(word.__name__ for word in (*BOUNDS.values(), *MARGINALS.values()) if word.__pydantic_complete__))
"""


@pytest.mark.parametrize(
    "model", [Evaluate, Hardware, Lint, MutualInformation, Paired, PredictorUpdate, Probe, Weights]
)
def test_the_usual_parameters_are_the_defaults(model: type[Params]) -> None:
    assert model.usual() == model()
    assert model.usual().model_fields_set == model().model_fields_set
    assert hash(model.usual()) == hash(model())


def test_words_that_a_spec_does_not_use_are_not_built() -> None:
    ran = subprocess.run([sys.executable, "-c", UNUSED], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "['DonskerVaradhan', 'Predictor']"


def test_words_that_a_spec_does_not_use_are_not_imported() -> None:
    ran = subprocess.run([sys.executable, "-c", IMPORTED], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["donsker_varadhan"]
