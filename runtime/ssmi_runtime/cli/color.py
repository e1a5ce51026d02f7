"""Whether to colour: in a terminal, unless NO_COLOR is set or the terminal is dumb."""

import os
from typing import TextIO


def use_color(stream: TextIO) -> bool:
    """Whether `stream` takes colours."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
