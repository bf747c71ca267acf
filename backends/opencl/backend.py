"""The OpenCL backend, as the commands use it."""

import re
from collections.abc import Callable, Iterator

from ..backend import Backend, CodePiece
from .linked_project import OPENCL_LINKED
from .printer import emit
from .project import OpenclProject


def code_pieces(read: Callable[[str], str]) -> Iterator[CodePiece]:
    """The sections of the kernels."""
    for text in re.split(r"\n(?=/// )", read("top.cl")):
        yield CodePiece(text, re.findall(r"#define NAME (\w+)", text)[:1])


OPENCL_BACKEND = Backend(emit, OpenclProject, OPENCL_LINKED, code_pieces)
