"""The texts beside HLS projects of several devices."""

from ..backend import LinkedProjectTexts

AXI_LINK_ENDS = """\
Each end of a link is an AXI stream: a beat holds one word, padded to whole bytes, and the last beat
of a frame has TLAST. The board connects the two ends (Aurora, Ethernet, wires on the board). If
several streams share a link, place a switch in front of it that arbitrates between them."""

LINKED_MAKEFILE = """\
# make             simulates each part by itself, with its own golden vectors
# make together    simulates all parts at the same time; each link is a named pipe

PARTS = {parts}

.PHONY: all together clean $(PARTS)

all: $(PARTS)

$(PARTS):
\t$(MAKE) -C $@

together:
\tfor part in $(PARTS); do $(MAKE) -C $$part simulation.out || exit 1; done
\tsh together.sh

clean:
\tfor part in $(PARTS); do $(MAKE) -C $$part clean; done
"""

JOINT_SIMULATION = """\
#!/bin/sh
# Runs the simulations of all parts at the same time; each link is a named pipe. Each part compares
# its results with its golden vectors.
here=$(cd "$(dirname "$0")" && pwd)
run=$(mktemp -d)
processes=
trap 'kill $processes 2> /dev/null; rm -rf "$run"' EXIT
for part in {names}; do
  mkdir "$run/$part"
  cp "$here/$part"/vectors/*.bin "$run/$part"
  rm -f "$run/$part"/*.result.bin
done
{pipes}
for part in {names}; do
  (cd "$here/$part" && exec ./simulation.out "$run/$part") &
  processes="$processes $!"
done
status=0
for process in $processes; do
  wait "$process" || {{ status=1; break; }}
done
exit $status
"""

HLS_LINKED = LinkedProjectTexts(LINKED_MAKEFILE, AXI_LINK_ENDS, JOINT_SIMULATION)
