"""The files that an emitted design is compiled with: the library's headers, and its testbench."""

from pathlib import Path

from ..golden_vectors import Files

INCLUDE = Path(__file__).parent / "include"
TESTBENCH = Path(__file__).parent / "testbench"

UMBRELLA = "qnn.hpp"
"""The header that includes all others."""


def umbrella_header() -> str:
    """A header that includes all headers of the library."""
    includes = "".join(
        f'#include "qnn/{path.name}"\n' for path in sorted((INCLUDE / "qnn").iterdir())
    )
    return f"""\
/// Streaming processes of quantized neural networks. Each process is one pipelined loop, which
/// starts an iteration in every cycle; an iteration reads and writes at most one word of a stream.
#ifndef QNN_HPP
#define QNN_HPP

{includes}
#endif
"""


def library() -> Files:
    """The files of the library in a project's folder."""
    files = {f"include/{UMBRELLA}": umbrella_header()}
    for path in sorted((INCLUDE / "qnn").iterdir()):
        files[f"include/qnn/{path.name}"] = path.read_text()
    for path in sorted(TESTBENCH.glob("*.h")):
        files[f"simulation/{path.name}"] = path.read_text()
    return {**files, "host.hpp": (TESTBENCH / "host.hpp").read_text()}
