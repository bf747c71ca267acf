"""The files beside the projects of several devices: a README, a Makefile and a joint simulation."""

from collections.abc import Iterator, Mapping

from xdsl.dialects.builtin import ModuleOp

from ...backends.project import DesignSource
from ...backends.target import Target
from ...hardware.estimate import Estimate
from ...qdialect.stream import DesignOp, SinkOp, SourceOp
from ...qdialect.stream.design import parent_design
from ...qdialect.stream.linked_designs import link_partners
from ..estimate.estimate_tables import system_lines
from ..tables import markdown_table


def top_level_files(
    module: ModuleOp,
    target: Target,
    network: str,
    emitted: Mapping[DesignOp, DesignSource],
    found: Estimate,
) -> dict[str, str]:
    """The files by name; `network` is the file name of the module."""
    links, texts = link_partners(module), target.load().linked
    names = [part.name for part in found.parts]
    joint = texts.joint_simulation
    together = ", `make together` all of them at the same time" if joint is not None else ""
    readme = LINKED_README.format(
        parts=_part_table(found),
        links=_link_table(links, emitted),
        totals="\n".join(f"- {line.removeprefix('* ')}" for line in system_lines(found)),
        ends=texts.link_ends,
        together=together,
    )
    if target.engines:
        readme += RUNNING_TEXT.format(network=network, engine=target.engines[0].name)
    files = {"README.md": readme, "Makefile": texts.makefile.format(parts=" ".join(names))}
    if joint is not None:
        pipes = "\n".join(_pipe_commands(links, emitted))
        files["together.sh"] = joint.format(names=" ".join(names), pipes=pipes)
    return files


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


def _pipe_commands(
    links: Mapping[SourceOp, SinkOp], emitted: Mapping[DesignOp, DesignSource]
) -> Iterator[str]:
    """The commands that make a named pipe for each link."""
    for source, sink in links.items():
        sender, receiver = parent_design(sink), parent_design(source)
        sent = f"{sender.sym_name.data}/{_port_name(sink, emitted[sender])}.result.bin"
        received = f"{receiver.sym_name.data}/{_port_name(source, emitted[receiver])}.bin"
        yield f'rm "$run/{received}"; mkfifo "$run/{sent}"; ln -s "$run/{sent}" "$run/{received}"'


LINKED_README = """\
# A network on several devices

Each part is a project in its own folder, with golden vectors and a README.

{parts}

{links}

{totals}

{ends}

## Running

`make` tests each part by itself{together}.
"""

RUNNING_TEXT = """\
This command runs your own images on all parts, with the links between them:

    qnn run {network} --engine {engine} --input images.npy -o scores.npy
"""
