"""Determinants, whitening, singular values, eigenvalues, sorting and noise of terms, compiled ahead of time. Slow: one compilation."""

from pathlib import Path

import pytest
import torch
from torch import Tensor
from training import train

from ssmi_compiler.artifact import load_step, write_artifact
from ssmi_compiler.compile import InPlaceStep, example_inputs, lower, metric_names
from ssmi_dsl.load import load

SPEC = """
ssmi: 1
name: linear-algebra
paradigm: jmi
views: {count: 2, augment: [{random-resized-crop: {scale: [0.7, 1.0]}}]}
encoder: {backbone: {mlp: {widths: [8]}}}
branches:
  shared: {projector: {linear: 4}}
objective:
  - {name: whitening, bound: donsker-varadhan, critic: {rbf: {normalize: true}}, marginal: {whitening: {size: 16}}}
  - {name: eigen, bound: donsker-varadhan, critic: {rbf: {normalize: true}}, marginal: {whitening: {size: 16, factor: eigen}}}
  - {name: log-det, bound: donsker-varadhan, critic: rbf, marginal: log-det}
  - {name: nuclear, bound: donsker-varadhan, critic: cosine, marginal: nuclear-norm}
  - {name: neumann, bound: donsker-varadhan, critic: cosine, marginal: von-neumann}
  - {name: sliced, bound: donsker-varadhan, critic: rbf, marginal: {sliced-wasserstein: {slices: 4}}}
  - {name: mixed, bound: interpolated, critic: cosine, marginal: in-batch}
optimize: {schedule: joint}
recipes:
  digits: {optimizer: {sgd: {lr: 1.0e-3}}, batch_size: 32, epochs: 1}
"""


@pytest.mark.slow
# raised by torch's own lowering of `diagonal`
@pytest.mark.filterwarnings("ignore:.*_prims_common.check.*:FutureWarning")
def test_the_compiled_step_does_what_the_traced_one_does(tmp_path: Path) -> None:
    (tmp_path / "spec.yaml").write_text(SPEC)
    lowered = lower(load(tmp_path / "spec.yaml", recipe="digits"))
    artifact = write_artifact(lowered, tmp_path / "artifact")

    def inputs() -> dict[str, Tensor]:
        found = example_inputs(lowered.method, lowered.networks, lowered.augmentations, lowered.data, seed=0)
        train(lowered, found, steps=1)
        return found

    eager, compiled = inputs(), inputs()
    names = metric_names(lowered.step)
    expected = InPlaceStep(lowered.step)(*(eager[name] for name in lowered.step.inputs))
    actual = load_step(artifact)(*(compiled[name] for name in artifact.manifest["inputs"]))

    for name, value, other in zip(names, expected, actual, strict=True):
        torch.testing.assert_close(other, value, rtol=1e-4, atol=1e-5, msg=name)
    for name in (key for key in eager if key.startswith("state/")):
        torch.testing.assert_close(compiled[name], eager[name], rtol=1e-3, atol=1e-4, msg=name)
