"""`ssmi new`."""

import sys
from pathlib import Path

from ssmi_dsl.errors import StarterError
from ssmi_dsl.starter import starter
from ssmi_runtime.cli.files import write_new


def run_new(name: str, *, paradigm: str | None, source: str | None, to: Path | None) -> int:
    """Write a starter spec and print where it lies. 0: written, 2: wrong use, or there is such a file already."""
    if paradigm not in (None, "sdmi", "jmi"):
        print(f"error: --paradigm {paradigm}: choose sdmi or jmi", file=sys.stderr)
        return 2
    path = to or Path(f"{name}.yaml")
    try:
        write_new(path, starter(name, paradigm=paradigm, source=source))
    except StarterError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except FileExistsError:
        print(f"error: {path} exists; nothing was written", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"error: {path} cannot be written: {error.strerror or error}", file=sys.stderr)
        return 2
    print(path)
    return 0
