"""Between how many candidates an anchor decides, as a spec says it without data."""

from ssmi_dsl.spec.method import TOKEN_OUTPUTS, ObjectiveView


def candidates_of(view: ObjectiveView, batch: int) -> int | None:
    """M of an objective at batch N, the positive included.

    None where nothing is sampled, or where candidates are the tokens of the batch: how many an image has, only its encoder knows.
    """
    return None if counts_tokens(view) else view.spec.marginal.candidates(batch)


def counts_tokens(view: ObjectiveView) -> bool:
    """Whether the candidates of an objective are tokens of the batch, many for each sample."""
    marginal = view.spec.marginal
    from_batch = marginal.candidates(2) != marginal.candidates(3)
    return view.target_output in TOKEN_OUTPUTS and from_batch
