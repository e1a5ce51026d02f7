"""The version of ssmi, without a look at the installed packages; a test keeps it equal to pyproject.toml."""

VERSION = "0.1.0"
