"""The SystemVerilog backend, as the commands use it."""

import re
from collections.abc import Callable, Iterator

from ..backend import Backend, CodePiece, LinkedProjectTexts
from .printer import emit
from .project import RtlProject


def code_pieces(read: Callable[[str], str]) -> Iterator[CodePiece]:
    """The FIFOs of the channels, and the modules of the processes."""
    for text in re.split(r"\n(?=    // |    logic \w+_room, )", read("top.sv")):
        yield CodePiece(text, re.findall(r"^    (?:\)|qnn_.*) (\w+) \($", text, re.M))


RTL_LINKED = LinkedProjectTexts(
    makefile="""\
# make    simulates each part by itself, with its own golden vectors

PARTS = {parts}

.PHONY: all clean $(PARTS)

all: $(PARTS)

$(PARTS):
\t$(MAKE) -C $@

clean:
\tfor part in $(PARTS); do $(MAKE) -C $$part clean; done
""",
    link_ends="Each end of a link is an AXI stream: a beat holds one word, padded to whole bytes.",
)

RTL_BACKEND = Backend(emit, RtlProject, RTL_LINKED, code_pieces)
