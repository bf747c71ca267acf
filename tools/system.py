"""The system that a command builds: the designs of a network, each on its device.

One design on one device is the usual system; on several devices, links join the designs.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from xdsl.dialects.builtin import ModuleOp

from ..backends.targets import TARGETS
from ..hardware.estimate import (
    Estimate,
    EstimateError,
    PartEstimate,
    estimate,
    format_amount,
    share_of,
)
from ..hardware.resources.device import Device, DeviceError, device_named
from ..hardware.search.limits import NextStep, next_step
from ..hardware.timing.simulate import Deadlock
from ..passes.designs import designs_of
from ..passes.partition import DeviceChain, partition_design
from ..passes.tile.folding_file import read_folding
from ..passes.tile.goal import Goal
from ..qdialect.stream import DesignOp
from ..qdialect.stream.linked_designs import LinkedDesigns, linked_designs_of
from ..qdialect.text import verify
from .commands.shared import DesignOptions
from .designs import (
    design_in,
    folding_errors,
    lowered_design,
    set_target,
    size_channels,
    timed,
)
from .devices import check_device_clock, check_device_target, find_device
from .errors import UsageError, UserError

LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class System:
    """The designs of a network, each on its device, at the clock that they share."""

    designs: LinkedDesigns
    devices: Sequence[Device]
    clock_mhz: float
    is_chain: bool
    """Whether the network was cut for a chain of devices, even if one of them is enough."""

    def estimate(self, over_budget: bool = False) -> Estimate:
        """The estimate; raises if a design exceeds the budget of its device, unless it may."""
        try:
            found = estimate(self.designs, self.devices, self.clock_mhz)
        except (EstimateError, Deadlock) as error:
            raise UserError(str(error)) from None
        if not over_budget:
            for part in found.parts:
                check_budget(part)
        return found


def check_budget(part: PartEstimate) -> None:
    """Raises if a design exceeds the budget of its device."""
    if not part.excess:
        return
    device = part.device
    held = part.named(device.amounts(part.clock_mhz))
    needs = "; ".join(
        f"{format_amount(used)} {kind}, of a budget of {format_amount(budget)} "
        f"({share_of(budget, held.get(kind, 0))})"
        for kind, (used, budget) in part.excess.items()
    )
    raise UserError(
        f"{device.name} is too small: {part.name} needs {needs}; use a larger device or several, "
        "or accept this with --over-budget"
    )


def build_system(module: ModuleOp, options: DesignOptions) -> System:
    """Runs whichever of lowering, cutting, folding and FIFO sizing a network still needs."""
    system = _built_system(module, options)
    for device in system.devices:
        check_device_clock(device, system.clock_mhz)
        measured = device.measured_clock_mhz
        if measured and system.clock_mhz > measured:
            LOG.warning(
                "clock: %g MHz; designs like this were measured on %s up to %g MHz only, so timing "
                "may not close",
                system.clock_mhz,
                device.name,
                measured,
            )
    return system


def _built_system(module: ModuleOp, options: DesignOptions) -> System:
    named = options.devices or ([] if options.device is None else [options.device])
    if options.target is not None:
        for name in named:
            check_device_target(find_device(name), TARGETS[options.target])
    if options.clock_mhz is not None:
        for name in named:
            check_device_clock(find_device(name), options.clock_mhz)
    if options.device is not None:
        return _on_one_device(module, options)
    devices = None if options.devices is None else list(map(find_device, options.devices))
    if len(designs_of(module)) > 1:
        refuse_for_cut_network(options.cutting)
        for design in designs_of(module):
            set_target(design, options.target)
    elif devices is None:
        raise UsageError("this network needs --device, or --devices and --link")
    else:
        _cut_for_devices(module, options, devices)
    size_channels(module)
    designs = linked_designs_in(module)
    clock = designs.parts[0].clock_mhz
    assert clock is not None
    return System(designs, _devices_of(designs, devices), clock.value.data, is_chain=True)


def linked_designs_in(module: ModuleOp) -> LinkedDesigns:
    """The designs of a module, all of which must be joined by links."""
    groups = linked_designs_of(module)
    if len(groups) != 1:
        raise UserError(
            f"the network has {len(groups)} groups of designs without links between them; "
            "links must join all designs"
        )
    return groups[0]


def next_faster_design(design: DesignOp, found: Estimate) -> NextStep | None:
    """The next faster design on the only device; None if no folding is faster."""
    (part,) = found.parts
    return next_step(design, part.device, found.clock_mhz, found.bottleneck.cycles)


def _on_one_device(module: ModuleOp, options: DesignOptions) -> System:
    assert options.device is not None
    device = find_device(options.device)
    goal = Goal(device, options.clock_mhz, options.fps, must_fit=not options.over_budget)
    design = design_in(module, goal, options.folding, options.target, options.max_error)
    designs = linked_designs_in(module)
    clock_mhz = _clock_of(design, device, options.clock_mhz)
    return System(designs, [device], clock_mhz, is_chain=False)


def _clock_of(design: DesignOp, device: Device, clock_mhz: float | None) -> float:
    """The clock of the command line; by default the design's, then the device's."""
    if clock_mhz is not None:
        return clock_mhz
    if design.clock_mhz is None:
        return device.clock_mhz
    clock = design.clock_mhz.value.data
    if clock != device.clock_mhz:
        LOG.info(
            "clock: %g MHz, as in the design; the default of %s is %g MHz",
            clock,
            device.name,
            device.clock_mhz,
        )
    return clock


def refuse_for_cut_network(options: Sequence[str]) -> None:
    """Raises if options are given that choose the cut or the folding of a network that has both."""
    if options:
        raise UserError(
            f"the network is cut and folded already: {', '.join(options)} can only be used "
            "on the network before the cut"
        )


def _cut_for_devices(module: ModuleOp, options: DesignOptions, devices: Sequence[Device]) -> None:
    """Cuts the only design of a network into a folded part for each device."""
    if options.link is None:
        raise UserError("--devices needs --link, the link between two devices, as in 64@156.25")
    chain = DeviceChain(devices, options.link, options.fps, options.clock_mhz, options.fewest)
    folds = {} if options.folding is None else read_folding(options.folding)
    design = lowered_design(module, options.target, options.max_error)
    with timed("partition"), folding_errors(options.folding):
        partition_design(design, chain, folds)
    verify(module)


def _devices_of(designs: LinkedDesigns, named: Sequence[Device] | None) -> list[Device]:
    """The devices of the parts: those named on the command line, else those in the designs."""
    if named is None:
        return [_device_in(part) for part in designs.parts]
    if len(named) < len(designs.parts):
        raise UserError(
            f"--devices names too few devices: {len(named)} for {len(designs.parts)} parts"
        )
    return list(named)[: len(designs.parts)]


def _device_in(part: DesignOp) -> Device:
    """The device that a part was cut for."""
    if part.device is None:
        raise UserError(f"{part.sym_name.data} names no device: name one per part with --devices")
    try:
        return device_named(part.device.data)
    except DeviceError as error:
        raise UserError(f"{error} (or name one per part with --devices)") from None
