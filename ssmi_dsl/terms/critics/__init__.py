"""The critics of the language, one file each."""
