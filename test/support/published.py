"""Published foldings of networks, and their measured rates on a Pynq Z7020 at 100 MHz."""

from dataclasses import dataclass

from qnn.frontends.onnx import import_onnx
from qnn.hardware.resources.memory import MAX_LUT_MEMORY_BITS
from qnn.passes import Pipeline
from qnn.passes.tile.layer_folding import LayerFolding, foldable_layers
from qnn.qdialect.stream import DesignOp
from qnn.qdialect.stream.compute import WeightedProcess
from qnn.qdialect.stream.folding import Storage
from qnn.qdialect.stream.process import data_of
from qnn.qdialect.types import bit_width

from .design import design_of
from .real_networks import folder

DEVICE, CLOCK_MHZ = "z7020", 100.0


@dataclass(frozen=True)
class Published:
    """A published design; only layers with weights were published, without the last one."""

    folding: list[tuple[int, int]]
    """SIMD and PE of each layer but the last."""
    cycles: list[int]
    """Cycles per frame of each layer but the last."""
    fps: float
    in_luts: frozenset[str] = frozenset()
    """Layers whose weights a pragma puts into LUTs."""


CNV = {
    "cnvW1A1_cifar10": Published(
        [(3, 16), (32, 32), (32, 16), (32, 16), (32, 4), (32, 1), (4, 1), (8, 1)],
        [32_400, 28_224, 20_736, 28_800, 20_736, 18_432, 32_768, 32_768],
        3050.0,
    ),
    "cnvW2A2_cifar10": Published(
        [(3, 8), (16, 16), (16, 8), (16, 8), (8, 4), (8, 1), (2, 1), (2, 2)],
        [64_800, 112_896, 82_944, 115_200, 82_944, 73_728, 65_536, 65_536],
        860.1,
        frozenset({"Conv_1"}),
    ),
}


def lowered(name: str) -> DesignOp:
    """The design of a network, which is not folded yet."""
    module = import_onnx(str(folder() / f"{name}.onnx"))
    Pipeline.parse("fold-bn,minimize-accumulators,stream-lower").apply(module)
    design = design_of(module)
    return design


def weighted(design: DesignOp) -> dict[str, WeightedProcess]:
    """The layers with weights: foldings are published for these."""
    layers = {name: found[0] for name, found in foldable_layers(design).items()}
    return {name: layer for name, layer in layers.items() if isinstance(layer, WeightedProcess)}


def folds(design: DesignOp, name: str) -> dict[str, LayerFolding]:
    """The published folding of each layer, with the memory in which the tool stored its weights."""
    choices = zip(weighted(design).items(), CNV[name].folding, strict=False)
    return {
        layer: LayerFolding(pe, simd, storage_of(process, pe, layer in CNV[name].in_luts))
        for (layer, process), (simd, pe) in choices
    }


def storage_of(process: WeightedProcess, pe: int, in_luts: bool) -> Storage:
    """The memory of a layer's weights: by default the vendor's tool decides by size."""
    bits = process.rows.size // pe * bit_width(data_of(process, process.weights).element)
    return Storage.LUT if in_luts or bits <= MAX_LUT_MEMORY_BITS else Storage.BLOCK
