"""Bundled methods against their references."""
