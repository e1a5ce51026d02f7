"""A value as YAML on one line. How text is quoted is not decided by a list of special cases: the candidate is read back."""

import math
from collections.abc import Mapping

from ssmi_dsl import scalars
from ssmi_dsl.diagnostics import Value
from ssmi_dsl.document import read_document

# text that YAML 1.1 takes for a default value or a merge where it stands alone; a tab inside of plain text some readers refuse
_MARKS = frozenset({"=", "<<"})
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def value_text(value: Value, *, flow: bool = True) -> str:
    """`value` in flow style; `flow` says that it will stand inside of a flow collection, where text must not hold `,` or `]`."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return _float(value)
    if isinstance(value, str):
        return string_text(value, flow=flow)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{string_text(key)}: {value_text(inner)}" for key, inner in value.items()) + "}"
    return "[" + ", ".join(value_text(item) for item in value) + "]"


def string_text(text: str, *, flow: bool = True) -> str:
    """The plainest spelling that is read back as `text` by YAML 1.1 and 1.2: plain, single quotes, double quotes."""
    if (
        text
        and text not in _MARKS
        and "\t" not in text
        and not scalars.is_ambiguous(text)
        and _reads_back(text, text, flow)
    ):
        return text
    single = "'" + text.replace("'", "''") + "'"
    return single if _reads_back(single, text, flow) else _double(text)


def _float(value: float) -> str:
    if math.isnan(value):
        return ".nan"
    if math.isinf(value):
        return ".inf" if value > 0 else "-.inf"
    mantissa, e, exponent = repr(value).partition("e")
    # YAML 1.1 reads a number with an exponent as text unless it has a point
    return mantissa + (".0" if e and "." not in mantissa else "") + e + exponent


def _double(text: str) -> str:
    return '"' + "".join(_ESCAPES.get(c, c if c.isprintable() else _escape(c)) for c in text) + '"'


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _reads_back(candidate: str, text: str, flow: bool) -> bool:
    # as a key and as a value, so that one spelling serves both
    whole = f"{{k: [{candidate}, 0], {candidate}: 0}}" if flow else f"k: {candidate}\n"
    if "\n" in candidate or "\r" in candidate:
        return False
    document = read_document(whole)
    if document.data is None or document.diagnostics:
        return False
    expected = {"k": [text, 0], text: 0} if flow and text != "k" else {"k": text}
    return document.data == expected or (flow and text == "k")
