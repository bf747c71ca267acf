"""`qnn compile` for several devices: a project for each part, and what ties them together."""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from xdsl.dialects.builtin import ModuleOp, SymbolRefAttr

from ..backends.project import DesignSource
from ..hardware.estimate import System
from ..passes.driver.check_semantics import samples
from ..qdialect.data import Array
from ..qdialect.interpreter import input_types, interpreter_of
from ..qdialect.qnn.constants import NamedData
from ..qdialect.stream import DesignOp, SinkOp, SourceOp
from ..qdialect.stream.design import parent_design
from ..qdialect.stream.linked_designs import LinkedDesigns, link_partners
from .arrays import load_array
from .compile import (
    Vectors,
    build,
    check_vendor,
    describe,
    device_of,
    markdown,
    target_of,
    vectors_of,
)
from .designs import timed
from .folders import build_folder
from .multi_device import (
    DeviceRequired,
    as_json,
    devices_given,
    devices_of,
    estimated_whole,
    summed,
    table,
    whole_in,
)
from .networks import load_network, write_module
from .simulated import as_user_errors

NETWORK = "network.mlir"
"""All parts, and the host's program around them."""


def compile_parts(arguments: argparse.Namespace) -> None:
    """A folder with a project for each part."""
    target, named = target_of(arguments), devices_given(arguments)
    names: list[str] = arguments.devices or []
    for name in names:
        device_of(name, arguments.target)
    with build_folder(arguments.output) as folder, as_user_errors():
        given = [load_array(name) for name in arguments.inputs]
        module = load_network(arguments.network)
        try:
            whole = whole_in(module, arguments, named)
        except DeviceRequired as error:
            return arguments.refuse(error.told)
        devices = devices_of(whole, named)
        for device in devices:
            check_vendor(device, arguments.target)
        with timed("golden vectors"):
            vectors = vectors_of(module, given) if given else sampled(module, whole)
        found = estimated_whole(whole, devices)
        emitted: dict[DesignOp, DesignSource] = {}
        for part, estimate in zip(whole.parts, found.parts, strict=True):
            place = folder / part.sym_name.data
            place.mkdir()
            emitted[part] = target.emit(part, f"{Path(arguments.network).stem}_{place.name}")
            own = extract_part(module, part)
            build(arguments, estimate, own, part, emitted[part], vectors[part], place)
        with (folder / NETWORK).open("wb") as file:
            write_module(module, file)
        for name, text in top_level_files(arguments, module, whole, emitted, found).items():
            (folder / name).write_text(text)
        stem = Path(arguments.network).stem
        describe(arguments, folder, as_json(found), top=stem, parts=found.names)
    print(table(found))


def extract_part(module: ModuleOp, part: DesignOp) -> ModuleOp:
    """A part with the constants that it reads."""
    named = {
        value.root_reference.data
        for process in part.processes
        for value in process.properties.values()
        if isinstance(value, SymbolRefAttr)
    }
    constants = [op for op in module.ops if isinstance(op, NamedData)]
    used = [op.clone() for op in constants if op.sym_name.data in named]
    return ModuleOp([part.clone(), *used])


def sampled(module: ModuleOp, whole: LinkedDesigns) -> dict[DesignOp, Vectors]:
    """Random frames and extreme ones, and what each part makes of what it is sent."""
    frames = iter(samples(input_types(whole.design), np.random.default_rng(0)))
    links, sent = link_partners(module), dict[SinkOp, Array]()
    vectors: dict[DesignOp, Vectors] = {}
    for part in whole.parts:
        taken = [sent[links[s]] if s in links else next(frames) for s in part.sources]
        results = list(interpreter_of(module).call_op(part, tuple(taken)))
        sent |= dict(zip(part.sinks, results, strict=True))
        vectors[part] = taken, results
    return vectors


def top_level_files(
    arguments: argparse.Namespace,
    module: ModuleOp,
    whole: LinkedDesigns,
    emitted: Mapping[DesignOp, DesignSource],
    found: System,
) -> dict[str, str]:
    """The files beside the parts' folders."""
    links = link_partners(module)
    names = [part.sym_name.data for part in whole.parts]
    parts = [
        [f"`{name}`", part.device.name, *(f"{share:.0%}" for share in part.utilisation.values())]
        for name, part in zip(names, found.parts, strict=True)
    ]
    rows = [
        [
            f"`{port_of(sink, emitted[parent_design(sink)])}`",
            f"`{parent_design(sink).sym_name.data}`",
            f"`{parent_design(source).sym_name.data}`",
            f"{source.outputs[0].word_bits} bits",
            f"{source.outputs[0].words:,}",
        ]
        for source, sink in links.items()
    ]
    together = {} if arguments.target != "hls" else {"together.sh": script(links, emitted, names)}
    goals = HLS_GOALS if together else OPENCL_GOALS
    readme = README.format(
        network=NETWORK,
        target=arguments.target,
        parts=markdown([["part", "device", *found.parts[0].utilisation], *parts]),
        links=markdown([["port", "from", "to", "a word", "words a frame"], *rows]),
        totals="\n".join(f"- {line.removeprefix('* ')}" for line in summed(found)),
        ends=HLS_ENDS if together else OPENCL_ENDS,
        together=", `make together` all of them at the same time" if together else "",
    )
    return {"README.md": readme, "Makefile": goals.format(parts=" ".join(names)), **together}


def port_of(end: SourceOp | SinkOp, emitted: DesignSource) -> str:
    """What the port of an end is called in the sources."""
    design = parent_design(end)
    if isinstance(end, SourceOp):
        return emitted.inputs[design.sources.index(end)].name
    return emitted.outputs[design.sinks.index(end)].name


def script(
    links: Mapping[SourceOp, SinkOp], emitted: Mapping[DesignOp, DesignSource], names: Sequence[str]
) -> str:
    """Runs the simulations of all parts at the same time; each link is a pipe."""
    pipes: list[str] = []
    for source, sink in links.items():
        sender, receiver = parent_design(sink), parent_design(source)
        sent = f"{sender.sym_name.data}/{port_of(sink, emitted[sender])}.result.bin"
        taken = f"{receiver.sym_name.data}/{port_of(source, emitted[receiver])}.bin"
        pipes.append(f'rm "$run/{taken}"; mkfifo "$run/{sent}"; ln -s "$run/{sent}" "$run/{taken}"')
    return TOGETHER.format(names=" ".join(names), pipes="\n".join(pipes))


TOGETHER = """\
#!/bin/sh
# Runs the simulations of all parts at the same time; each link is a pipe. Every part compares what
# it sends with what it should send.
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

HLS_GOALS = """\
# make             the simulation of each part by itself, against its own vectors
# make together    all parts at the same time, each link a pipe

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

OPENCL_GOALS = """\
# make             each part by itself on the emulator, against its own vectors

PARTS = {parts}

.PHONY: all clean $(PARTS)

all: $(PARTS)

$(PARTS):
\t$(MAKE) -C $@ emulate

clean:
\tfor part in $(PARTS); do $(MAKE) -C $$part clean; done
"""

HLS_ENDS = """\
The end of a link is an AXI stream in both projects: a beat holds a word, filled up to whole bytes,
and the last beat of a frame has TLAST. What joins two of them (Aurora, Ethernet, a cable on the
board) is the board's. Where several share a link, a switch in front of it gives each its turn."""

OPENCL_ENDS = """\
The end of a link is an I/O channel in both projects: `board.h` of each says which of the board's it
is. In an emulation the host stands in for it."""

README = """\
# A network on several devices

Each part is a project of its own, in a folder of its own, with vectors and a README.

{parts}

{links}

{totals}

{ends}

## Running

`make` tests each part by itself{together}.
Images of your own are run on all parts, with real streams between them, by

    qnn run {network} --engine {target} --input images.npy -o scores.npy

with one process for each part.
"""
