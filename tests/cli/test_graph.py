"""`ssmi graph` as a process."""

import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

ROOT = Path(__file__).parents[2]
RUN = "import sys; sys.path[:0] = {paths!r}; from ssmi_runtime.cli import main; main()"


def ssmi(*arguments: str) -> subprocess.CompletedProcess[str]:
    paths = [str(ROOT), str(ROOT / "compiler"), str(ROOT / "runtime")]
    command = [sys.executable, "-c", RUN.format(paths=paths), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_svg_is_the_default_and_goes_to_a_file_where_one_is_named(tmp_path: Path) -> None:
    printed = ssmi("graph", "byol")
    assert (printed.returncode, printed.stderr) == (0, "")
    ET.fromstring(printed.stdout)
    path = tmp_path / "byol.svg"
    done = ssmi("graph", "byol", "--svg", "-o", str(path))
    assert (done.returncode, done.stdout) == (0, "")
    assert path.read_text() == printed.stdout
    assert [item.name for item in tmp_path.iterdir()] == ["byol.svg"]


def test_mermaid_and_svg_exclude_each_other() -> None:
    assert ssmi("graph", "jmi", "--mermaid").stdout.startswith("---\ntitle:")
    assert ssmi("graph", "jmi", "--mermaid", "--svg").returncode == 2


def test_errors_have_exit_codes(tmp_path: Path) -> None:
    no_folder = ssmi("graph", "jmi", "-o", str(tmp_path / "none" / "x.svg"))
    assert no_folder.returncode == 2
    assert no_folder.stderr.startswith("error: ")
    assert ssmi("graph", "jmii").returncode == 2
