"""Runs a command, and kills it and deletes its folder if the parent process ends first.

    python parent_watch.py FOLDER COMMAND...

The parent holds the other end of the standard input, which closes when the parent ends, even if it
is killed.
"""

import os
import shutil
import subprocess
import sys
import threading


def run_watched(folder: str, *command: str) -> int:
    process, orphaned = subprocess.Popen(command, stdin=subprocess.DEVNULL), threading.Event()

    def watch() -> None:
        os.read(0, 1)
        orphaned.set()
        process.kill()

    threading.Thread(target=watch, daemon=True).start()
    status = process.wait()
    if orphaned.is_set():
        shutil.rmtree(folder, ignore_errors=True)
    return status


if __name__ == "__main__":
    status = run_watched(*sys.argv[1:])
    os._exit(status if status >= 0 else 128 - status)
