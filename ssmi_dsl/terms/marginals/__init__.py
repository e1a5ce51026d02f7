"""The marginals of the language, one file each."""
