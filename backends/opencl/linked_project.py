"""The texts beside OpenCL projects of several devices."""

from ..backend import LinkedProjectTexts

IO_CHANNEL_ENDS = """\
Each end of a link is an I/O channel; `board.h` of each project names the board's channel for it. In
an emulation, the host takes its place."""

EMULATION_MAKEFILE = """\
# make             runs each part by itself on the emulator, with its own golden vectors

PARTS = {parts}

.PHONY: all clean $(PARTS)

all: $(PARTS)

$(PARTS):
\t$(MAKE) -C $@ emulate

clean:
\tfor part in $(PARTS); do $(MAKE) -C $$part clean; done
"""

OPENCL_LINKED = LinkedProjectTexts(EMULATION_MAKEFILE, IO_CHANNEL_ENDS)
