"""The HLS C++ backend, as the commands use it."""

import re
from collections.abc import Callable, Iterator

from ..backend import Backend, CodePiece
from .linked_project import HLS_LINKED
from .printer import emit
from .project import HlsProject


def code_pieces(read: Callable[[str], str]) -> Iterator[CodePiece]:
    """The structs of the processes, and the calls in the top function."""
    for text in re.split(r"\n\n(?=/// )", read("top.hpp")):
        yield CodePiece(text, re.findall(r"^struct (\w+)", text, re.M)[:1])
    for line in read("top.cpp").splitlines():
        if line.startswith("    qnn::"):
            called = re.findall(r"^    qnn::\w+<(\w+)>", line)
            yield CodePiece(line, [*called, *reversed(re.findall(r"\w+", line))])


HLS_BACKEND = Backend(emit, HlsProject, HLS_LINKED, code_pieces)
