"""What the certificate proves of assignments, prototypes, frozen and closed-form parts, and that it refuses planted faults."""

import pytest
from torch import Tensor

from ssmi_compiler.compile import Lowered, lower
from ssmi_compiler.errors import CertificateError, CompileError
from ssmi_compiler.ir.graph import Op
from ssmi_compiler.step import lower as lowering
from ssmi_dsl.load import load
from ssmi_dsl.spec.method import Method

SMALL = ["recipes.digits.batch_size=8", "recipes.digits.method.encoder.backbone.conv-small.width=4"]
FROZEN = "recipes.digits.method.branches.student.predictor={mlp: [16, 64]}"


def _method(name: str, *overrides: str) -> Method:
    return load(name, recipe="digits", overrides=[*SMALL, *overrides])


def _paths(lowered: Lowered, part: str) -> tuple[str, ...]:
    return next((flow.paths for flow in lowered.certificate.flows if flow.part == part), ())


def test_prototypes_learn_from_the_student_alone_and_the_teacher_has_followers_of_them() -> None:
    lowered = lower(_method("dino"))
    assert all(path.startswith("student:") for path in _paths(lowered, "student.prototypes"))
    assert _paths(lowered, "student.prototypes")
    assert not _paths(lowered, "teacher.prototypes")
    assert lowered.certificate.followers == ("teacher follows student",)
    assert any(name.startswith("state/param/teacher.prototypes/") for name in lowered.step.outputs)


def test_a_gradient_through_assignments_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def leaky(self: object, op: Op, x: Tensor) -> Tensor:
        return x

    monkeypatch.setattr(lowering._Run, "_stop_gradient", leaky)
    with pytest.raises(CertificateError, match="branch `codes` is held constant"):
        lower(_method("swav"))


def test_a_frozen_teacher_is_proven_to_stay_and_a_moving_one_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    method = _method("salt", FROZEN)
    lowered = lower(method)
    assert lowered.certificate.followers == ("teacher never moves",)
    assert {flow.part for flow in lowered.certificate.flows} == {
        "student.encoder",
        "student.projector",
        "student.predictor",
    }

    run = lowering._Run.run

    def drifting(self: lowering._Run) -> lowering.StepResult:
        result = run(self)
        name = next(name for name in result.state if name.startswith("buffer/teacher.encoder/"))
        result.state[name] = result.state[name] * 0.5
        return result

    monkeypatch.setattr(lowering._Run, "run", drifting)
    with pytest.raises(CertificateError, match="of the frozen branch `teacher` changes"):
        lower(method)


def test_a_predictor_in_closed_form_has_no_parameters_and_is_linear() -> None:
    lowered = lower(_method("directpred"))
    assert not any(name.startswith("state/param/online.predictor") for name in lowered.step.inputs)
    assert "state/buffer/online.predictor/correlation" in lowered.step.inputs
    with pytest.raises(CompileError, match="keeps the width 128 of what it reads, not 64"):
        lower(_method("directpred", "branches.online.predictor={linear: 64}"))


def test_embeddings_of_two_widths_are_refused() -> None:
    with pytest.raises(CompileError, match=r"`student.output` gives 16 features, `teacher.output` gives 64 features"):
        lower(_method("salt", "recipes.digits.method.branches.student.predictor={mlp: [16, 16]}"))


def test_assignments_from_memory_have_no_path_into_the_loss() -> None:
    lowered = lower(_method("deepcluster-v2"))
    assert all(path.startswith("online:") for flow in lowered.certificate.flows for path in flow.paths)
    assert lowered.certificate.held_constant == ("step: memory",)


def test_groups_pass_a_gradient_to_the_projection() -> None:
    paths = _paths(lower(_method("smog")), "online.projector")
    assert "online.projection:0" in paths
    assert not any(path.startswith("target") for path in paths)


def test_state_without_targets_to_follow_is_refused() -> None:
    with pytest.raises(
        CompileError, match="the objective `neighbour` has no pair of views, and its state no targets to follow"
    ):
        lower(_method("all4one", "views.count=1"))
