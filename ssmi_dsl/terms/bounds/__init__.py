"""The bounds of the language, one file each."""
