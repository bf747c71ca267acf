"""Runs a command, and kills it and deletes its folder if the parent process ends first.

    python parent_watch.py FOLDER COMMAND...

The parent holds the other end of the standard input, which closes when the parent ends, even if it
is killed. This process must lead a process group: the command and all its processes are in it.
"""

import os
import shutil
import signal
import subprocess
import sys
import threading

CANNOT_RUN = 126
"""The exit status for a command that cannot be started."""


def run_watched(folder: str, *command: str) -> int:
    try:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, close_fds=False)
    except OSError as error:
        print(f"{error.filename}: {(error.strerror or str(error)).lower()}", file=sys.stderr)
        return CANNOT_RUN
    threading.Thread(target=_end_with_parent, args=(folder, process), daemon=True).start()
    status = process.wait()
    return status if status >= 0 else 128 - status


def _end_with_parent(folder: str, process: "subprocess.Popen[bytes]") -> None:
    """Ends the group once the parent has ended; compilers delete their temporary files."""
    os.read(0, 1)
    with ended_lock:
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
        os.killpg(0, signal.SIGTERM)
        process.kill()
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)
        os.killpg(0, signal.SIGKILL)


ended_lock = threading.Lock()
"""Held while the group is ended, so that this process does not end before."""


if __name__ == "__main__":
    status = run_watched(*sys.argv[1:])
    with ended_lock:
        os._exit(status)
