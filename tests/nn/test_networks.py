"""Backbones and heads (graph convolutions: test_gcn.py): shapes, declarations, equality with torchvision, traceability. Legend: N batch, F features."""

import sys
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.fx.experimental.proxy_tensor import make_fx

from ssmi_compiler.errors import CompileError, MissingComponentError
from ssmi_compiler.nn import build_backbone, build_head, init_module
from ssmi_compiler.nn.iterative_whitening import IterativeWhitening
from ssmi_compiler.nn.norm import BatchNorm
from ssmi_dsl.components.backbones import BACKBONES, EncoderSpec, num_features
from ssmi_dsl.components.datasets import TextInfo
from ssmi_dsl.components.heads import HEADS, MlpHead, SliceHead, output_width
from ssmi_dsl.spec.branches import Branch

ENCODERS = {
    "conv-small": EncoderSpec.model_validate({"backbone": {"conv-small": {"width": 4}}}),
    "conv-small-strides": EncoderSpec.model_validate(
        {"backbone": {"conv-small": {"width": 4, "strides": [2, 1, 2, 1]}}}
    ),
    "resnet18": EncoderSpec.model_validate({"backbone": "resnet18", "stem": "small"}),
    "resnet18-standard": EncoderSpec.model_validate({"backbone": "resnet18", "stem": "standard"}),
    "mlp": EncoderSpec.model_validate({"backbone": {"mlp": {"widths": [8, 5]}}}),
    "vit": EncoderSpec.model_validate({"backbone": {"vit": {"patch": 8, "width": 16, "depth": 2, "heads": 2}}}),
    "patches": EncoderSpec.model_validate(
        {"backbone": {"patches": {"of": {"conv-small": {"width": 4}}, "size": 12, "stride": 10}}}
    ),
    "text": EncoderSpec.model_validate({"backbone": {"text": {"width": 8, "depth": 1, "heads": 2}}}),
}
TEXT = TextInfo(vocabulary=9, length=5)
HEAD_FORMS: dict[str, Any] = {
    "short": {"mlp": [8, 4]},
    "no-affine": {"mlp": {"widths": [8, 8, 4], "last_norm": "batch-no-affine"}},
    "no-norm": {"mlp": {"widths": [8, 4], "norm": "none"}},
    "linear": {"linear": 4},
    "slice": {"slice": 4},
    "whitened": {"mlp": {"widths": [8, 4], "last_norm": "iterative-whitening"}},
}


@pytest.mark.parametrize("name", ENCODERS)
def test_backbone_traces_with_gradients_and_has_the_declared_features(name: str) -> None:
    encoder = ENCODERS[name]
    module = build_backbone(encoder, channels=3, size=(32, 32), text=TEXT)
    example = torch.randint(0, 9, (4, 5)) if name == "text" else torch.randn(4, 3, 32, 32)
    params = {key: value.detach() for key, value in module.named_parameters()}
    buffers = dict(module.named_buffers())

    def step(params: dict[str, Tensor], buffers: dict[str, Tensor], x: Tensor) -> list[Tensor | None]:
        leaves = {key: value.detach().requires_grad_() for key, value in params.items()}
        own = {key: value.clone() for key, value in buffers.items()}
        y = functional_call(module, (leaves, own), (x,))
        return [y, *torch.autograd.grad(y.square().sum(), list(leaves.values()), allow_unused=True)]

    traced = make_fx(step, tracing_mode="fake")(params, buffers, example)
    outputs = traced(params, buffers, example)
    assert outputs[0].shape == (4, num_features(encoder))
    assert module.num_features == num_features(encoder)
    assert all(gradient is not None and gradient.isfinite().all() for gradient in outputs[1:])


def test_resnet18_is_torchvisions_when_weights_are_copied() -> None:
    models = pytest.importorskip("torchvision.models")
    theirs = models.resnet18(num_classes=7)
    theirs.fc = nn.Identity()
    ours = build_backbone(ENCODERS["resnet18-standard"], channels=3, size=(64, 64))
    renamed = {key: value for key, value in theirs.state_dict().items() if not key.endswith("num_batches_tracked")}
    ours.load_state_dict(renamed)
    x = torch.randn(4, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(ours.train()(x), theirs.train()(x), rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(ours.eval()(x), theirs.eval()(x), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("form", HEAD_FORMS)
def test_head_has_the_declared_width(form: str) -> None:
    head = Branch.model_validate({"projector": HEAD_FORMS[form]}).projector
    assert head is not None
    module = build_head(head, 6)
    assert module(torch.randn(5, 6)).shape == (5, 4)
    assert module.out_features == output_width(head) == 4
    assert set(HEADS) == {"mlp", "linear", "slice"}


def test_a_hidden_bias_before_a_norm_is_left_out_and_the_last_norm_is_as_declared() -> None:
    module = build_head(MlpHead(widths=(8, 4), last_norm="batch-no-affine"), 6)
    names = {name for name, _ in module.named_parameters()}
    assert names == {"layers.0.weight", "layers.1.weight", "layers.1.bias", "layers.3.weight"}
    z = module(torch.randn(64, 6))
    torch.testing.assert_close(z.mean(dim=0), torch.zeros(4), atol=1e-5, rtol=0)
    torch.testing.assert_close(z.std(dim=0, correction=0), torch.ones(4), atol=1e-2, rtol=0)


def test_batch_norm_is_pytorchs_and_stays_float32_under_autocast() -> None:
    ours, theirs = BatchNorm(3), nn.BatchNorm2d(3)
    x = torch.randn(4, 3, 5, 5)
    torch.testing.assert_close(ours(x), theirs(x))
    assert theirs.running_var is not None
    torch.testing.assert_close(ours.running_var, theirs.running_var)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert ours(x.bfloat16()).dtype == torch.float32


def test_initial_weights_depend_on_the_seed_alone() -> None:
    first, second, other = (build_backbone(ENCODERS["conv-small"]) for _ in range(3))
    for module, seed in ((first, 1), (second, 1), (other, 2)):
        init_module(module, torch.Generator().manual_seed(seed))
    assert all(torch.equal(a, b) for a, b in zip(first.parameters(), second.parameters(), strict=True))
    assert not torch.equal(next(first.parameters()), next(other.parameters()))


def test_timm_models_by_name() -> None:
    pytest.importorskip("timm")
    module = build_backbone(EncoderSpec.model_validate({"backbone": {"timm": {"model": "resnet10t"}}}), size=(32, 32))
    assert module(torch.randn(2, 3, 32, 32)).shape == (2, module.num_features)
    with pytest.raises(MissingComponentError, match="no model `resnet10x`"):
        build_backbone(EncoderSpec.model_validate({"backbone": {"timm": {"model": "resnet10x"}}}))


def test_timm_missing_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "timm", None)
    with pytest.raises(MissingComponentError, match=r"pip install \"ssmi\[vision\]\""):
        build_backbone(EncoderSpec.model_validate({"backbone": {"timm": {"model": "resnet10t"}}}))


def test_every_declared_backbone_is_built() -> None:
    assert set(BACKBONES) == {"conv-small", "resnet18", "mlp", "vit", "text", "gcn", "identity", "timm", "patches"}


def test_padding_does_not_change_a_text_and_a_later_word_does_not_change_an_earlier_one() -> None:
    net = build_backbone(ENCODERS["text"], text=TEXT)
    init_module(net, torch.Generator().manual_seed(0))
    words = torch.tensor([[3, 4, 0, 0, 0], [3, 5, 0, 0, 0]])

    out = net(words)
    hidden = net.blocks(net.embedding(words) + net.positions)  # pyright: ignore[reportCallIssue] - modules

    assert not torch.allclose(out[0], out[1])
    torch.testing.assert_close(hidden[0, 0], hidden[1, 0])
    with pytest.raises(MissingComponentError, match="needs a data set with texts"):
        build_backbone(ENCODERS["text"])


def test_strides_of_conv_small() -> None:
    encoder = EncoderSpec.model_validate({"backbone": {"conv-small": {"width": 4, "strides": [2, 1, 2, 1]}}})
    module = build_backbone(encoder)
    x = torch.randn(2, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    maps = module.get_submodule("blocks")(x)
    assert maps.shape == (2, 32, 8, 8)
    assert torch.equal(module(x), maps.mean(dim=(2, 3)))
    assert module.grid((32, 32)) == (8, 8)  # pyright: ignore[reportCallIssue] - a method of the backbone


def test_iterative_whitening_whitens_each_group_and_follows_it_in_running_statistics() -> None:
    module = IterativeWhitening(8, group=4, iterations=8, eps=0.0, momentum=1.0)
    # well conditioned: the iteration is meant for few steps, and does not converge for eigenvalues near zero
    mixing = torch.eye(8) + 0.2 * torch.randn(8, 8, generator=torch.Generator().manual_seed(0))
    x = torch.randn(400, 8, generator=torch.Generator().manual_seed(1)) @ mixing + 3
    y = module(x)
    for start in (0, 4):
        covariance = torch.cov(y[:, start : start + 4].T, correction=0)
        torch.testing.assert_close(covariance, torch.eye(4), atol=1e-3, rtol=0)
    torch.testing.assert_close(y.mean(dim=0), torch.zeros(8), atol=1e-4, rtol=0)
    torch.testing.assert_close(module.eval()(x), y, atol=1e-4, rtol=1e-4)


def test_heads_that_do_not_fit_are_refused() -> None:
    with pytest.raises(CompileError, match="groups of 64"):
        build_head(MlpHead(widths=(100,), last_norm="iterative-whitening"), 6)
    with pytest.raises(CompileError, match="keeps 64 features, but there are only 6"):
        build_head(SliceHead(width=64), 6)


def test_a_sliced_head_keeps_the_first_features() -> None:
    x = torch.randn(5, 6)
    torch.testing.assert_close(build_head(SliceHead(width=2), 6)(x), x[:, :2])
