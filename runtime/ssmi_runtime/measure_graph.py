"""What is measured on the networks of a run on a graph: as of images, with nodes as samples. Legend: N nodes, F features, D embedding."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import torch
from torch import Tensor
from torch.func import functional_call

from ssmi_compiler.nn.gcn import GcnNet
from ssmi_compiler.step.networks import Networks, parameters_of
from ssmi_dsl.spec.method import Method
from ssmi_dsl.terms.critics.cosine import Cosine
from ssmi_runtime.data.graphs import Graph
from ssmi_runtime.errors import RunError
from ssmi_runtime.evaluate import effective_rank, estimate_mi, feature_std, linear_probe, weighted_knn
from ssmi_runtime.measure import DEFAULT_TEMPERATURE, EVALUATION_SEED, MAX_PAIRS


@dataclass(frozen=True)
class GraphMeter:
    """Measures networks at a state of the step (`state/param/...`). Encoders see the whole graph; labels of `graph.train` train the probes."""

    method: Method
    networks: Networks
    graph: Graph

    def monitors(self, state: Mapping[str, Tensor]) -> dict[str, float]:
        """`feature_std` and `effective_rank` of the features of test nodes, as of `Meter`.

        `mi/...` is in nats, on pairs of a test node and one of its neighbours (a node without any is left out), by a cosine critic at the
        temperature of the spec, or at 0.2. Neighbouring pairs depend on each other, so these are estimates without a bound's promise.
        """
        features = self.embed(state, self.method.anchor.name, self.graph.nodes, upto="encoder")
        finite = bool(torch.isfinite(features).all())
        test = features[self.graph.test]
        return {
            "feature_std": feature_std(test),
            "effective_rank": effective_rank(test) if finite else float("nan"),
            **(self._information(state) if finite else {}),
        }

    def accuracies(self, state: Mapping[str, Tensor]) -> dict[str, float]:
        """Weighted k-NN and linear probe on features of nodes, fractions of the test nodes."""
        features = self.embed(state, self.method.anchor.name, self.graph.nodes, upto="encoder")
        if not bool(torch.isfinite(features).all()):
            raise RunError("the features are not finite, so there is nothing to evaluate; lower the learning rate")
        x, y = features[self.graph.train], features[self.graph.test]
        train, test = self.graph.labels[self.graph.train], self.graph.labels[self.graph.test]
        return {
            "knn": weighted_knn(x, train, y, test),
            "linear": linear_probe(x, train, y, test, num_classes=self.graph.info.num_classes),
        }

    def raw(self) -> float:
        """Accuracy of the same weighted k-NN on raw features of nodes, without edges."""
        graph = self.graph
        x, y = graph.nodes[graph.train], graph.nodes[graph.test]
        return weighted_knn(x, graph.labels[graph.train], y, graph.labels[graph.test])

    @torch.no_grad()
    def embed(self, state: Mapping[str, Tensor], branch: str, nodes: Tensor, *, upto: str) -> Tensor:
        """Features [N F] (upto `encoder`) or embeddings [N D] (`projector`) of a branch; `nodes` are all nodes, in order."""
        plain = {name.removeprefix("state/"): value for name, value in state.items()}
        owner = self.method.branch(branch).owner
        parts = [f"{owner}.encoder"]
        if upto == "projector" and f"{owner}.projector" in self.networks.modules:
            parts.append(f"{owner}.projector")
        x = nodes
        for part in parts:
            module = self.networks.modules[part].eval()
            edges = {"adjacency": self.graph.adjacency} if isinstance(module, GcnNet) else {}
            tensors = (parameters_of(plain, part), parameters_of(plain, part, "buffer"))
            x = functional_call(module, tensors, (x,), edges)
            module.train()
        return x

    def _information(self, state: Mapping[str, Tensor]) -> dict[str, float]:
        z = self.embed(state, self.method.anchor.name, self.graph.nodes, upto="projector")
        edges = self.graph.adjacency[self.graph.test]
        chosen = torch.rand(edges.shape, generator=torch.Generator().manual_seed(EVALUATION_SEED)).to(edges.device)
        has = edges.sum(dim=1) > 0
        nodes, others = self.graph.test[has][:MAX_PAIRS], (edges * (chosen + 1)).argmax(dim=1)[has][:MAX_PAIRS]
        if len(nodes) < 2:
            return {}
        critic = self.method.objective.critic
        temperature = critic.temperature if isinstance(critic, Cosine) else DEFAULT_TEMPERATURE
        found = asdict(estimate_mi(z[nodes], z[others], temperature))
        return {f"mi/{name}": value for name, value in found.items() if isinstance(value, float)}
