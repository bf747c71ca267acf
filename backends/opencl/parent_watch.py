"""Runs a command until it ends, or until whoever started it is gone: then its folder goes, too.

    python keeper.py FOLDER COMMAND...

Whoever starts it holds the other end of its standard input, which closes when that one is killed.
"""

import os
import shutil
import subprocess
import sys
import threading


def main(folder: str, *command: str) -> int:
    process, alone = subprocess.Popen(command, stdin=subprocess.DEVNULL), threading.Event()

    def watch() -> None:
        os.read(0, 1)
        alone.set()
        process.kill()

    threading.Thread(target=watch, daemon=True).start()
    status = process.wait()
    if alone.is_set():
        shutil.rmtree(folder, ignore_errors=True)
    return status


if __name__ == "__main__":
    status = main(*sys.argv[1:])
    os._exit(status if status >= 0 else 128 - status)
