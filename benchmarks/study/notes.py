"""Why lint has no error for what certificate or simulation found broken, by method and mutation; an empty method stands for all."""

REASONS: dict[tuple[str, str], str] = {
    ("capi", "target-frozen"): (
        "A frozen target teaches what it knows. That of the study keeps the random weights of the start, whose clusters of patches tell little of the "
        "image; taken from a trained run, as `ssmi run --init` does, it teaches all that the method reaches (tests/study/test_reasons.py). A spec does "
        "not say which of the two it gets."
    ),
}
