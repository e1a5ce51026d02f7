"""Graph convolutions and raw features. Legend: N nodes, F features."""

import numpy as np
import pytest
import torch

from ssmi_compiler.nn import build_backbone, init_module
from ssmi_compiler.nn.gcn import GcnNet, IdentityNet
from ssmi_dsl.components.backbones import EncoderSpec, num_features


@pytest.mark.parametrize("num_layers", [1, 2])
def test_a_layer_is_that_of_the_paper(num_layers: int) -> None:
    random = np.random.default_rng(num_layers)
    x, edges = random.normal(size=(7, 5)), np.triu(random.random((7, 7)) < 0.4, k=1).astype(float)
    edges += edges.T
    edges[0] = edges[:, 0] = 0.0  # one node has no neighbour
    net = GcnNet(5, (4, 3)[:num_layers]).double()
    init_module(net, torch.Generator().manual_seed(0))
    with torch.no_grad():
        for layer in net.layers:
            layer.bias.add_(0.3)  # pyright: ignore[reportCallIssue, reportArgumentType, reportAttributeAccessIssue, reportOptionalMemberAccess]

    own = edges + np.eye(7)
    root = np.diag(own.sum(axis=1) ** -0.5)
    expected = x
    for weight in [
        p.detach().numpy() for name, p in net.named_parameters() if name.endswith(".weight") and p.dim() == 2
    ]:
        z = root @ own @ root @ expected @ weight + 0.3
        expected = np.where(z > 0, z, 0.25 * z)
    found = net(torch.tensor(x), adjacency=torch.tensor(edges))
    np.testing.assert_allclose(found.detach().numpy(), expected, rtol=1e-12)


def test_weights_start_as_of_glorot_and_bengio() -> None:
    net = GcnNet(300, (200,))
    init_module(net, torch.Generator().manual_seed(0))
    weight = net.get_parameter("layers.0.weight")
    assert weight.abs().max() <= (6 / 500) ** 0.5
    assert weight.std().item() == pytest.approx((2 / 500) ** 0.5, rel=0.02)
    assert net.get_parameter("layers.0.bias").abs().max() == 0
    assert net.get_parameter("layers.0.activation.weight").tolist() == [0.25]


def test_nodes_count_as_images_of_height_one() -> None:
    gcn = EncoderSpec.model_validate({"backbone": {"gcn": {"widths": [6]}}})
    built = build_backbone(gcn, channels=1, size=(1, 9))
    assert isinstance(built, GcnNet)
    assert built(torch.zeros(4, 9), adjacency=torch.zeros(4, 4)).shape == (4, num_features(gcn))
    identity = EncoderSpec.model_validate({"backbone": "identity"})
    raw = build_backbone(identity, channels=1, size=(1, 9))
    assert isinstance(raw, IdentityNet)
    assert raw.num_features == 9
    assert num_features(identity) is None
    assert list(raw.parameters()) == []
    nodes = torch.randn(4, 9)
    assert torch.equal(raw(nodes), nodes)
