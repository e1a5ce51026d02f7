"""Why lint has no error for what certificate or simulation found broken, by method and mutation; an empty method stands for all."""

REASONS: dict[tuple[str, str], str] = {}
