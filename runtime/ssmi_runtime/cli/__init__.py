"""The command line: commands.py declares the commands, entry.py runs the one that the arguments name."""

from ssmi_runtime.cli.commands import app
from ssmi_runtime.cli.entry import main, run_command

__all__ = ["app", "main", "run_command"]
