"""The files beside the projects of several devices: a README, a Makefile and a joint simulation."""

from collections.abc import Mapping, Sequence

from xdsl.dialects.builtin import ModuleOp

from ...backends.project import DesignSource
from ...hardware.estimate import Estimate
from ...qdialect.stream import DesignOp, SinkOp, SourceOp
from ...qdialect.stream.design import parent_design
from ...qdialect.stream.linked_designs import link_partners
from ..estimate.estimate_tables import system_lines
from ..tables import markdown_table


def top_level_files(
    module: ModuleOp,
    target: str,
    network: str,
    emitted: Mapping[DesignOp, DesignSource],
    found: Estimate,
) -> dict[str, str]:
    """The files by name; `network` is the file name of the module."""
    links = link_partners(module)
    names = [part.name for part in found.parts]
    hls = target == "hls"
    readme = LINKED_README.format(
        network=network,
        target=target,
        parts=_part_table(found),
        links=_link_table(links, emitted),
        totals="\n".join(f"- {line.removeprefix('* ')}" for line in system_lines(found)),
        ends=HLS_ENDS if hls else OPENCL_ENDS,
        together=", `make together` all of them at the same time" if hls else "",
    )
    makefile = (HLS_MAKEFILE if hls else OPENCL_MAKEFILE).format(parts=" ".join(names))
    script = {"together.sh": _joint_simulation(links, emitted, names)} if hls else {}
    return {"README.md": readme, "Makefile": makefile, **script}


def _part_table(found: Estimate) -> str:
    rows = [["part", "device", *found.parts[0].utilisation]]
    for part in found.parts:
        shares = [f"{share:.0%}" for share in part.utilisation.values()]
        rows.append([f"`{part.name}`", part.device.name, *shares])
    return markdown_table(rows)


def _link_table(links: Mapping[SourceOp, SinkOp], emitted: Mapping[DesignOp, DesignSource]) -> str:
    rows = [["port", "from", "to", "bits per word", "words per frame"]]
    for source, sink in links.items():
        channel = source.outputs[0]
        sender, receiver = parent_design(sink), parent_design(source)
        ends = [f"`{design.sym_name.data}`" for design in (sender, receiver)]
        port = f"`{_port_name(sink, emitted[sender])}`"
        rows.append([port, *ends, f"{channel.word_bits}", f"{channel.words:,}"])
    return markdown_table(rows)


def _port_name(end: SourceOp | SinkOp, emitted: DesignSource) -> str:
    """The name that the generated code gives the port of a source or a sink."""
    design = parent_design(end)
    if isinstance(end, SourceOp):
        return emitted.inputs[design.sources.index(end)].name
    return emitted.outputs[design.sinks.index(end)].name


def _joint_simulation(
    links: Mapping[SourceOp, SinkOp], emitted: Mapping[DesignOp, DesignSource], names: Sequence[str]
) -> str:
    """A script that runs the simulations of all parts in parallel; each link is a named pipe."""
    pipes: list[str] = []
    for source, sink in links.items():
        sender, receiver = parent_design(sink), parent_design(source)
        sent = f"{sender.sym_name.data}/{_port_name(sink, emitted[sender])}.result.bin"
        received = f"{receiver.sym_name.data}/{_port_name(source, emitted[receiver])}.bin"
        pipes.append(
            f'rm "$run/{received}"; mkfifo "$run/{sent}"; ln -s "$run/{sent}" "$run/{received}"'
        )
    return JOINT_SIMULATION.format(names=" ".join(names), pipes="\n".join(pipes))


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

HLS_MAKEFILE = """\
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

OPENCL_MAKEFILE = """\
# make             runs each part by itself on the emulator, with its own golden vectors

PARTS = {parts}

.PHONY: all clean $(PARTS)

all: $(PARTS)

$(PARTS):
\t$(MAKE) -C $@ emulate

clean:
\tfor part in $(PARTS); do $(MAKE) -C $$part clean; done
"""

HLS_ENDS = """\
Each end of a link is an AXI stream: a beat holds one word, padded to whole bytes, and the last beat
of a frame has TLAST. The board connects the two ends (Aurora, Ethernet, wires on the board). If
several streams share a link, place a switch in front of it that arbitrates between them."""

OPENCL_ENDS = """\
Each end of a link is an I/O channel; `board.h` of each project names the board's channel for it. In
an emulation, the host takes its place."""

LINKED_README = """\
# A network on several devices

Each part is a project in its own folder, with golden vectors and a README.

{parts}

{links}

{totals}

{ends}

## Running

`make` tests each part by itself{together}.
This command runs your own images on all parts, with real streams between them:

    qnn run {network} --engine {target} --input images.npy -o scores.npy

It starts one process for each part.
"""
