"""Entries of the rule catalogue that no rule decides: settled by construction, or waiting for a word of the language; and retired codes."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Settled:
    """A fault that no spec can express. `test` is the test that shows it, as `file::function`."""

    code: str
    fault: str
    reason: str
    test: str


@dataclass(frozen=True)
class Waiting:
    """A fault that a spec could express once the language has the word for it."""

    code: str
    fault: str
    needs: str


# codes of rules that were removed: never given to another rule
RETIRED: dict[str, str] = {}

SETTLED: tuple[Settled, ...] = (
    Settled(
        "BS009",
        "random slices of an embedding differ between devices",
        "random numbers are inputs of the step, drawn outside it from the seed and the number of the step",
        "tests/rules/test_settled.py::test_random_numbers_of_a_step_depend_on_seed_and_step_only",
    ),
    Settled(
        "BS012",
        "views are fused in one encoder call, or split, by accident",
        "`views.encode` says which; the pass that fuses calls leaves networks with batch statistics alone",
        "tests/passes/test_passes.py::test_batched_views_do_the_same_without_batch_norm",
    ),
    Settled(
        "BS014",
        "a collective operation inside a branch that depends on data",
        "a step is one traced graph of operations without control flow",
        "tests/step/test_certificate.py::test_bundled_method_traces_certifies_and_runs_as_eager",
    ),
    Settled(
        "DA004",
        "local crops are fed to the teacher",
        "`views.local` are anchors only: pairs have global views as targets, whatever the objective",
        "tests/rules/test_settled.py::test_local_views_are_never_targets",
    ),
    Settled(
        "DV010",
        "a Jensen-Shannon critic is read out by NWJ without the shift by one",
        "the read-out adds it",
        "tests/evaluate/test_mutual_information.py::test_estimates_equal_direct_sums",
    ),
    Settled(
        "EM006",
        "a target follows parameters, but not the running statistics of batch norm",
        "`ema.buffers` copies or averages them; there is no third value",
        "tests/rules/test_settled.py::test_a_target_has_the_running_statistics_of_its_source",
    ),
    Settled(
        "EM007",
        "a target moves once for each micro-batch",
        "the update of a target is an operation of the optimiser step, once and behind the optimiser",
        "tests/rules/test_settled.py::test_a_target_moves_once_in_a_step",
    ),
    Settled(
        "MT013",
        "the marginal term prefers a collapsed batch to a spread one",
        "weights are never negative, and every marginal with a value is probed; `sinkhorn` and `center-sharpen`, which have none, are probed for their "
        "shares; nothing can be probed of `kmeans`, `groups` and `relations`, whose assignments are no term of the loss",
        "tests/rules/test_settled.py::test_every_marginal_prefers_a_spread_batch",
    ),
    Settled(
        "NU002",
        "an additive constant masks pairs, too small for the scores or too large for the type",
        "masked entries are left out of the log-sum-exp; no constant is added",
        "tests/terms/test_terms.py::test_value_and_gradient_match_the_reference",
    ),
    Settled(
        "NU003",
        "the ε of a normalisation is zero in half precision",
        "embeddings, losses and statistics are float32 whatever the precision of a recipe",
        "tests/step/test_devices.py::test_bfloat16_reaches_matrix_products_and_nothing_that_is_kept",
    ),
    Settled(
        "NU004",
        "a decomposition runs in half precision",
        "as NU003",
        "tests/step/test_devices.py::test_bfloat16_reaches_matrix_products_and_nothing_that_is_kept",
    ),
    Settled(
        "NU005",
        "log(1 + exp x) overflows",
        "read-outs use softplus",
        "tests/evaluate/test_mutual_information.py::test_estimates_equal_direct_sums",
    ),
    Settled(
        "NU006",
        "a clamp at 1 - 1e-6 does nothing in half precision",
        "no term clamps, and losses are float32",
        "tests/step/test_devices.py::test_bfloat16_reaches_matrix_products_and_nothing_that_is_kept",
    ),
    Settled(
        "NU007",
        "the logarithm of a Bessel function underflows at large orders",
        "about code, not specs: caps are summed in logarithms",
        "tests/rules/test_caps.py::test_caps_agree_with_the_scaled_bessel_function",
    ),
    Settled(
        "NU008",
        "a covariance is accumulated in bfloat16",
        "as NU003",
        "tests/step/test_devices.py::test_bfloat16_reaches_matrix_products_and_nothing_that_is_kept",
    ),
    Settled(
        "ST001",
        "a queue is written before it is read",
        "the batch's own keys enter after the loss is taken",
        "tests/rules/test_settled.py::test_a_queue_is_read_before_it_is_written",
    ),
    Settled(
        "ST002",
        "state that is not a parameter is missing from checkpoints",
        "the step maps a state to a state, and the state is what is saved",
        "tests/step/test_artifact.py::test_a_killed_and_resumed_run_ends_bit_identical",
    ),
)

WAITING: tuple[Waiting, ...] = ()
