"""Every pass, by name, with a line that says what it does; loaded when it is used."""

from collections.abc import Callable
from dataclasses import dataclass

from xdsl.passes import ModulePass


@dataclass(frozen=True)
class PassEntry:
    """A pass that is not imported yet."""

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
    "canonicalize": PassEntry(_canonicalize, "simplify: fold constants, drop what does nothing"),
    "fold-bn": PassEntry(_fold_bn, "fold batch norm and activations into integer thresholds"),
    "minimize-accumulators": PassEntry(
        _minimize_accumulators, "the narrowest types that the actual weights allow"
    ),
    "stream-lower": PassEntry(_stream_lower, "turn an integer network into a design of processes"),
    "scale-thresholds": PassEntry(
        _scale_thresholds, "thresholds that lie on a line become a product, a sum and a shift"
    ),
    "tile": PassEntry(_tile, "how parallel each layer is: for a rate, for a device, or by a file"),
    "partition": PassEntry(_partition, "cut a design over several devices, and fold each part"),
    "pack-bits": PassEntry(_pack_bits, "weights and thresholds in memory words"),
    "size-fifos": PassEntry(_size_fifos, "depths of channels for the full rate"),
}
"""The one list a new pass is added to."""
