"""What is read of two sets of embeddings. Legend: N pairs, D features."""

import pytest
import torch
from torch import Tensor

import mutations as command
from study.mutate import MUTATIONS, mutated
from study.plain import flattened, understood
from study.readout import by_cosines, canonical
from study.shrink import shrunk
from study.simulate import Outcome, simulate, trace

N, D = 512, 8


def _pairs(count: int, seed: int) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(count, D, generator=generator)
    noise = torch.randn(2, count, D, generator=generator)
    return x + 0.5 * noise[0], x + 0.5 * noise[1]


def test_canonical_variables_read_the_same_for_every_invertible_map_of_a_side() -> None:
    maps = torch.randn(2, D, D, generator=torch.Generator().manual_seed(2)) + 2 * torch.eye(D)
    known, read = _pairs(2048, 0), _pairs(N, 1)
    plain = canonical(*known).read(*read)
    a, b = (side @ linear + 3.0 for side, linear in zip(read, maps, strict=True))
    fitted = canonical(*(side @ linear + 3.0 for side, linear in zip(known, maps, strict=True)))
    assert fitted.read(a, b) == pytest.approx(plain, abs=1e-4)
    assert plain == pytest.approx(by_cosines(*read), rel=0.1)
    assert by_cosines(a, b) < plain / 2


def test_nothing_is_read_of_pairs_that_share_nothing() -> None:
    known, read, other = _pairs(2048, 0), _pairs(N, 1), _pairs(N, 2)
    assert canonical(*known).read(read[0], other[1]) < 0.05
    assert by_cosines(read[0], other[1]) < 0.05


def test_directions_without_variance_are_left_out() -> None:
    known, read = ([torch.cat([side, side], dim=1) for side in _pairs(count, count)] for count in (2048, N))
    found = canonical(known[0], known[1])
    assert found.map_a.shape == (2 * D, D)
    assert found.read(read[0], read[1]) > 1.0


def _outcome(name: str, mutation: str | None = None) -> Outcome:
    data = shrunk(flattened(name, command.RECIPE))
    for each in MUTATIONS:
        if each.name == mutation:
            data = mutated(data, each) or data
    method, problems = understood(data)
    assert method is not None, problems
    return simulate(trace(method), steps=20)


def test_each_branch_sees_the_modality_that_it_reads() -> None:
    exchanged, plain = _outcome("clip", "ends-exchanged"), _outcome("clip")
    assert exchanged.finite
    assert exchanged.rank == pytest.approx(plain.rank, rel=0.2)


def test_a_frozen_target_is_read_with_the_statistics_of_a_batch() -> None:
    assert _outcome("densecl", "target-frozen").nats > 0.1


def test_a_learned_critic_reads_what_it_was_trained_on() -> None:
    """Behind the predictor, where there is one: in front of it an MLP critic reads nothing."""
    added = next(mutation for mutation in MUTATIONS if mutation.name == "predictor-added")
    data = mutated(shrunk(flattened("tschannen-infonce-mlp", "digits")), added)
    assert data is not None
    method, _ = understood(data)
    assert method is not None
    assert simulate(trace(method)).nats > 0.5
