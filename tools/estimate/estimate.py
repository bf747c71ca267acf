"""`qnn estimate`: the speed and the size of a network on a device, or on several."""

import json
import logging
from typing import BinaryIO

from ...hardware.timing.trace import simulated_frames, trace
from ...qdialect.stream import DesignOp
from ..commands.estimate import EstimateOptions
from ..files import write_whole
from ..networks import load_network
from ..system import build_system, next_faster_design
from .estimate_json import estimate_as_json
from .estimate_tables import estimate_table

LOG = logging.getLogger(__name__)


def estimate_command(options: EstimateOptions) -> None:
    """Prints a table, or JSON; writes a trace with `--trace`."""
    system = build_system(load_network(options.network), options)
    design, found = system.designs.design, system.estimate(options.over_budget)
    step = None if system.is_chain else next_faster_design(design, found)
    text = (
        json.dumps(estimate_as_json(found, system.is_chain, step), indent=2)
        if options.json
        else estimate_table(found, system.is_chain, step)
    )
    if options.trace is not None:
        write_trace(design, options.trace)
    print(text)


def write_trace(design: DesignOp, path: str) -> None:
    events = trace(design, simulated_frames(design))

    def write(file: BinaryIO) -> None:
        file.write(json.dumps(events).encode())

    write_whole(path, write)
    LOG.info("%s: open this trace in https://ui.perfetto.dev or chrome://tracing", path)
