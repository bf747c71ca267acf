"""The registry of passes: a name, a summary, and a function that imports the pass when needed."""

from collections.abc import Callable
from dataclasses import dataclass

from xdsl.passes import ModulePass


@dataclass(frozen=True)
class PassEntry:
    """A pass that is imported when it is used."""

    load: Callable[[], type[ModulePass]]
    summary: str


def _canonicalize() -> type[ModulePass]:
    from xdsl.transforms.canonicalize import CanonicalizePass

    return CanonicalizePass


def _fold_bn() -> type[ModulePass]:
    from ..fold_bn.fold_bn import FoldBnPass

    return FoldBnPass


def _minimize_accumulators() -> type[ModulePass]:
    from ..minimize_accumulators import MinimizeAccumulatorsPass

    return MinimizeAccumulatorsPass


def _stream_lower() -> type[ModulePass]:
    from ..stream_lower.stream_lower import StreamLowerPass

    return StreamLowerPass


def _scale_thresholds() -> type[ModulePass]:
    from ..scale_thresholds.scale_thresholds import ScaleThresholdsPass

    return ScaleThresholdsPass


def _tile() -> type[ModulePass]:
    from ..tile.tile import TilePass

    return TilePass


def _partition() -> type[ModulePass]:
    from ..partition import PartitionPass

    return PartitionPass


def _pack_bits() -> type[ModulePass]:
    from ..pack_bits import PackBitsPass

    return PackBitsPass


def _size_fifos() -> type[ModulePass]:
    from ..size_fifos import SizeFifosPass

    return SizeFifosPass


PASSES: dict[str, PassEntry] = {
    "canonicalize": PassEntry(_canonicalize, "fold constants and remove ops that change nothing"),
    "fold-bn": PassEntry(_fold_bn, "replace batch norms and activations by integer thresholds"),
    "minimize-accumulators": PassEntry(
        _minimize_accumulators, "narrow types to the values that the weights can reach"
    ),
    "stream-lower": PassEntry(_stream_lower, "turn an integer network into a design of processes"),
    "scale-thresholds": PassEntry(
        _scale_thresholds, "replace thresholds that lie on a line by a product, a sum and a shift"
    ),
    "tile": PassEntry(
        _tile, "choose PE and SIMD of each layer, for a throughput, for a device or from a file"
    ),
    "partition": PassEntry(
        _partition, "cut a design into parts for several devices, and tile each"
    ),
    "pack-bits": PassEntry(_pack_bits, "pack weights and thresholds into memory words"),
    "size-fifos": PassEntry(
        _size_fifos, "choose FIFO depths that sustain the throughput of the slowest process"
    ),
}
"""Every pass by its name; a new pass is added here."""
