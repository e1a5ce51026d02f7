"""Why lint has no error for some mutations that certificate or simulation found broken, by mutation."""

REASONS: dict[str, str] = {
    "batch-1": (
        "Simulation artefact in part: the run sees 1/32 of the samples, and its queue of 128 is 128 steps old while the target remembers ten. Lint "
        "warns of the stale queue (EM005), and heads with batch norm are an error (BS008)."
    ),
    "batch-2": (
        "Both: the run sees 1/16 of the samples. With 16 times the steps moco-v2 reaches 0.62 nats, which is healthy; jmi stays at 0.24, "
        "because one negative carries no marginal term to speak of. A real limit: from which batch on a method trains depends on its learning rate "
        "and its data, and lint only warns (DV005, EM005)."
    ),
    "critic-dot": (
        "Real: InfoNCE against a queue with scores that are not bounded. Published methods have trained with `dot` under InfoNCE, so "
        "an error of lint would refuse them; a warning beside DV001 is missing."
    ),
    "critic-rbf": (
        "Real at these settings, by scale: distances of embeddings that are not normalised have another temperature than the cosine had, which no "
        "rule can judge without the scale of the data."
    ),
    "no-covariance": (
        "Real and dimensional: features become copies of each other. A rule is missing; the ablation of the paper loses accuracy and does not "
        "collapse, so a warning would be right, not an error."
    ),
    "predictor-added": (
        "Simulation artefact: the information is read behind the projector, where the method no longer aligns the two encoders, but behind "
        "the predictor. Standard deviation and rank are healthy."
    ),
    "temperature-1e-3": (
        "Real: the temperature of a squared distance is a weight, here 1,000 times that of the joint term, so the variance term is outweighed. "
        "Lint has no rule on the balance of the two terms."
    ),
}
