"""Programs that run under `backends/parent_watch.py`."""

import subprocess
import sys
from pathlib import Path

PARENT = """
import sys
from pathlib import Path
from qnn.backends.programs import start_watched

command = "trap '' TERM; echo ready; sleep 100 & sleep 100"
folder = Path(sys.argv[1])
start_watched(["sh", "-c", command], folder, cwd=folder, stdout=1, stderr=2).wait()
"""


def test_programs_end_with_a_killed_parent(tmp_path: Path) -> None:
    """Even if they ignore SIGTERM; their folder is deleted."""
    folder = tmp_path / "build"
    folder.mkdir()
    (folder / "object.o").touch()
    parent = subprocess.Popen([sys.executable, "-c", PARENT, folder], stdout=subprocess.PIPE)
    assert parent.stdout is not None and parent.stdout.readline() == b"ready\n"
    parent.kill()
    # returns once all programs, which hold the other end of the pipe, have ended
    parent.communicate(timeout=60)
    assert not folder.exists()
