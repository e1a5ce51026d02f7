"""Where a block scalar (`|` or `>`) ends: libyaml says where the next token starts, with the comments and blank lines before it."""

import re

_LINE = re.compile(r"([ ]*)([^\r\n]*)(\r\n|\r|\n|$)")
_EXPLICIT = re.compile(r"[|>][+-]?[1-9]")


def block_scalar_end(text: str, start: int, value: str) -> int | None:
    """The offset behind the last line of content of the scalar that starts at `start` and reads as `value`.

    None where its header names the indentation: its lines cannot then be told from what follows by their own indentation alone.
    """
    header = re.compile(r"[^\r\n]*").match(text, start)
    assert header is not None, "this matches everywhere"
    if _EXPLICIT.search(header.group().partition("#")[0]):
        return None
    end = start + len(header.group().rstrip())
    if not value.strip("\n"):
        return end
    position, indent = header.end(), None
    position += 2 if text.startswith("\r\n", position) else 1
    while position < len(text):
        line = _LINE.match(text, position)
        assert line is not None, "this matches everywhere"
        if line.group(2):
            indent = len(line.group(1)) if indent is None else indent
            if len(line.group(1)) < indent:
                break
            end = line.end(2)
        position = line.end()
    return end
