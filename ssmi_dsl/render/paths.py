"""Paths in reports: relative to the root that their reader knows."""

import os
from pathlib import PurePath


def report_root() -> str:
    """The root of the checkout in a run of GitLab or GitHub, elsewhere the current folder."""
    return os.environ.get("CI_PROJECT_DIR") or os.environ.get("GITHUB_WORKSPACE") or os.getcwd()


def relative_path(path: str, root: str) -> str:
    """With forward slashes, relative to `root` where the file is below it."""
    if path.startswith("<"):
        return path
    # as it was named, links not followed: that is where a reader of the report looks
    whole = PurePath(os.path.abspath(path))
    try:
        return whole.relative_to(os.path.abspath(root)).as_posix()
    except ValueError:
        return whole.as_posix()
