"""`qnn import`: converts a trained network to level 1 MLIR, and lists its layers."""

import logging

from .commands.import_ import ImportOptions
from .files import write_whole
from .network_summary import describe_levels, describe_ports, layer_summaries, summary_table
from .networks import import_network, input_types_by_name, write_module

LOG = logging.getLogger(__name__)


def import_command(options: ImportOptions) -> None:
    """Writes the MLIR if a file is named for it, and prints the layers."""
    types = input_types_by_name(options.input)
    module = import_network(options.model, types)
    for name, kind in types.items():
        if kind.scale == 1:
            option = f"{name}={kind.element}".replace("!qnn.", "")
            LOG.info("input %s has the scale 1; %s*SCALE sets another", option, option)
    if options.output is not None:
        write_whole(options.output, lambda file: write_module(module, file))
    print(describe_ports(module))
    print(summary_table(layer_summaries(module)))
    print(describe_levels(module))
