"""`partition`: cuts a design into one for each device of a chain, and folds each for its device."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass
from xdsl.utils.exceptions import PassFailedException, VerifyException

from ...hardware.resources.device import DeviceError, device_named
from ...hardware.search.explore import Choices
from ...hardware.search.partition import Partitioner, Unpartitionable
from ...hardware.timing.frame_rate import frames_per_second
from ...qdialect.stream import DesignOp, LinkAttr
from ...qdialect.stream.flow import LinkEnd
from ..designs import designs_for
from ..tile.choose import open_space
from ..tile.folding_file import read_folding
from ..tile.goal import Goal
from ..tile.layer_folding import (
    FoldingError,
    LayerFolding,
    allowed_values,
    check_names,
    foldable_layers,
    folding_of,
)
from ..tile.tile import tile_design
from .cut_design import cut_design
from .device_chain import DeviceChain
from .explain import explain_unpartitionable, summarize_plan

LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class PartitionPass(ModulePass):
    """Cuts a design into a part for each device of a chain, and folds each part for its device.

    Before:

        %y = stream.run @design %x : (tensor<1x32x32x3xui8>) -> tensor<1x10xsi9>

    After:

        %0 = stream.run @design_0 %x : (tensor<1x32x32x3xui8>) -> tensor<1x14x14x64xui2>
        %y = stream.run @design_1 %0 : (tensor<1x14x14x64xui2>) -> tensor<1x10xsi9>

    The parts are the fastest that fit, or reach a rate. Among those, the devices are filled as
    evenly as possible, and then the link traffic is the least. Frames enter at the first device,
    and results leave at the last. A channel that crosses several cuts is relayed by the devices
    between them.
    """

    name = "partition"

    devices: tuple[str, ...]
    """The devices of the chain in order, by name or by their TOML files."""
    link_bits: int
    """Bits that a link between two devices carries per beat."""
    link_mhz: float
    """Beats of a link per microsecond."""
    link_ns: float = 500.0
    """Latency of a link; the default is about that of a transceiver at each end."""
    target_fps: float | None = None
    """Frames per second to reach; by default, as many as possible."""
    clock_mhz: float | None = None
    """The clock of all devices; by default that of the slowest."""
    folding: str | None = None
    """A folding file; it fixes the choices of its layers."""
    fewest: bool = False
    """Whether to use only as many of the devices as needed, from the first on."""

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        designs = designs_for(self.name, op)
        try:
            chain = DeviceChain(
                [device_named(name) for name in self.devices],
                LinkAttr(self.link_bits, self.link_mhz, self.link_ns),
                self.target_fps,
                self.clock_mhz,
                self.fewest,
            )
            folds = read_folding(self.folding) if self.folding else {}
            check_names(designs, folds)
            for design in designs:
                own = foldable_layers(design).keys() & folds.keys()
                partition_design(design, chain, {name: folds[name] for name in own})
        except (DeviceError, VerifyException, ValueError) as error:
            raise PassFailedException(f"partition: {error}") from None
        except FoldingError as error:
            raise PassFailedException(f"{self.folding or self.name}: {error}") from None


def partition_design(
    design: DesignOp, chain: DeviceChain, folds: Mapping[str, LayerFolding] | None = None
) -> list[DesignOp]:
    """Replaces a design by its parts; layers that have a folding keep it."""
    if any(isinstance(p, LinkEnd) and p.over is not None for p in design.processes):
        raise PassFailedException(
            "partition: the design already has links: partition it before they are added"
        )
    check_names([design], folds or {})
    folds = {**_existing_foldings(design), **(folds or {})}
    vendors = dict.fromkeys(device.vendor for device in chain.devices)
    spaces = {vendor: open_space(design, vendor) for vendor in vendors}
    choices = {v: Choices(s, allowed_values(design, s, folds)) for v, s in spaces.items()}
    partitioner = Partitioner(design, chain.devices, chain.link, chain.clock, choices)
    try:
        plan = partitioner.plan(chain.max_cycles, chain.fewest)
    except Unpartitionable as error:
        refusal = explain_unpartitionable(partitioner, chain, error)
        raise PassFailedException(refusal.message("partition")) from None
    LOG.info("partition: %s", summarize_plan(chain, plan))
    parts = cut_design(design, plan.parts, chain)
    fps = frames_per_second(chain.clock, plan.cycles)
    for part, device in zip(parts, chain.devices, strict=False):
        own = foldable_layers(part).keys() & folds.keys()
        tile_design(part, Goal(device, chain.clock, fps), {name: folds[name] for name in own})
    return parts


def _existing_foldings(design: DesignOp) -> dict[str, LayerFolding]:
    """The foldings of a design that was tiled before."""
    if design.clock_mhz is None and design.device is None:
        return {}
    return {name: folding_of(found[0]) for name, found in foldable_layers(design).items()}
