"""A term of the loss that reaches no parameter is refused, with the code of its page."""

from typing import Any

import pytest

from ssmi_compiler.compile import lower
from ssmi_compiler.errors import CertificateError
from ssmi_dsl.builders.protocol import Mask
from ssmi_dsl.load import load
from ssmi_dsl.terms.base import Scores
from ssmi_dsl.terms.marginals.queue import Queue

SMALL = ["recipes.digits.batch_size=8", "encoder.backbone={conv-small: {width: 4}}"]


def test_a_marginal_that_scores_only_its_queue_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def scores(self: Queue, b: Any, critic: Any, at: Any) -> Scores[Any]:
        queue = at.memory["queue"]
        positive = critic.pair(b, at.x, at.y, at.memory)
        return Scores(positive, critic.matrix(b, queue, queue, at.memory), Mask.DIAGONAL, Mask.NONE)

    monkeypatch.setattr(Queue, "scores", scores)
    method = load("moco-v2", recipe="digits", overrides=[*SMALL, "objective.marginal={queue: {size: 64}}"])
    with pytest.raises(CertificateError, match=r"the term `marginal` .* no gradient to any parameter \(GF001\)"):
        lower(method)
