"""What an editor asks about a text that is being written: where the cursor stands, what may stand there, what it means. No protocol here."""

from ssmi_dsl.editor.completion import Completion, completions
from ssmi_dsl.editor.cursor import Cursor, locate
from ssmi_dsl.editor.hover import Hover, hover

__all__ = ["Completion", "Cursor", "Hover", "completions", "hover", "locate"]
