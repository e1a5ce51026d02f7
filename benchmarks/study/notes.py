"""Why lint has no error for some mutations that certificate or simulation found broken, by mutation."""

REASONS: dict[str, str] = {}
