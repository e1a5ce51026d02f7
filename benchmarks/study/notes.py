"""Why lint has no error for what certificate or simulation found broken, by method and mutation; an empty method stands for all."""

REASONS: dict[tuple[str, str], str] = {
    ("densecl", "bound-swapped"): (
        "Too weak a reference: the method itself reaches a fifth of a nat here in 200 steps. Against a queue the two bounds differ by the positive "
        "among the candidates alone."
    ),
    ("emp-ssl", "critic-dot"): (
        "Real and of degree: with an inner product the centre is not normalised, so alignment at the published weight of 200 counts for more. Standard "
        "deviation and rank are healthy, the information falls to a sixth; no limit on that weight is known."
    ),
    ("tschannen-nwj", "critic-dot"): (
        "Of degree: the spec accepts an unbounded critic (DV001), and without the learned matrix it trains more slowly. Standard deviation and "
        "rank are healthy."
    ),
    ("tschannen-nwj", "ends-exchanged"): (
        "Of chance: exchanging two encoders of one make is the same method from other random numbers, and NWJ with an unbounded critic, which the spec accepts "
        "(DV001), does not train reliably at the learning rate of the study."
    ),
    ("tschannen-nwj-mlp", "critic-dot"): "As for tschannen-nwj.",
    ("", "predictor-on-both"): (
        "A gap of lint: a predictor on a branch that is held constant never moves. The certificate names it (GF002), so that it does not compile."
    ),
    ("", "predictor-on-target"): "As for `predictor-on-both`.",
}
