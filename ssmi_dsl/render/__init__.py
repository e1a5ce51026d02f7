"""Diagnostics as text: `full` for people, `concise` for editors, `json_format` for programs."""
