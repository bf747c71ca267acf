"""The folding of layers: from users' choices to a search space, and from a search to a design.

The choices that a user gives for some layers restrict the search. Its result sets the words of
every channel; where the words of two neighbours differ, a repack is put between them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from xdsl.dialects.builtin import DictionaryAttr, IntegerAttr, StringAttr
from xdsl.rewriter import Rewriter

from ...hardware.resources.cost import MAX_ARRAY_PARTITIONS
from ...hardware.search.space import Space, source_before_repacks
from ...hardware.search.tiling import Tiling
from ...qdialect.diagnostics import did_you_mean
from ...qdialect.qnn.base import describe
from ...qdialect.stream import ChannelType, DesignOp, Process
from ...qdialect.stream.flow import RepackOp
from ...qdialect.stream.folding import BuildOptions, Storage
from ...qdialect.stream.types import MAX_WORD_BITS, channel_of

FOLDING_ATTR = "fold"
"""The attribute with the folding of an op or a process."""

TOO_WIDE_MESSAGE = (
    f"needs words of more than {MAX_WORD_BITS:,} bits or more than {MAX_ARRAY_PARTITIONS:,} "
    "partitions of an array"
)


class FoldingError(Exception):
    """A folding that is not possible in the design."""


@dataclass(frozen=True)
class LayerFolding:
    """The choices for a layer; those that are None are left to the search."""

    pe: int | None = None
    """Rows, or channels, per cycle."""
    simd: int | None = None
    """Columns, or pixels of a patch, per cycle."""
    storage: Storage | None = None
    dsp: bool | None = None


def foldable_layers(design: DesignOp) -> dict[str, list[Process]]:
    """The processes of each layer that can be folded, by the name of the layer."""
    found: dict[str, list[Process]] = {}
    for process in design.processes:
        if process.FOLDS_BY_NAME and isinstance(process.layer, StringAttr):
            found.setdefault(process.layer.data, []).append(process)
    return found


def folding_of(layer: Process) -> LayerFolding:
    """The folding that a process has; all choices are None if it is not folded by name."""
    if not layer.FOLDS_BY_NAME:
        return LayerFolding()
    return LayerFolding(*layer.parallelism, layer.build_options.storage, layer.build_options.dsp)


def check_names(designs: Iterable[DesignOp], folds: Iterable[str]) -> None:
    """Raises if a folding names something other than a layer that can be folded."""
    designs = list(designs)
    layers = {name for design in designs for name in foldable_layers(design)}
    processes = [process for design in designs for process in design.processes]
    names = {p.layer.data for p in processes if isinstance(p.layer, StringAttr)}
    for name in folds:
        if name in names and name not in layers:
            raise FoldingError(
                f"layer {name!r} cannot be folded: it has neither weights nor a pool"
            )
        if name not in layers:
            raise FoldingError(f"unknown layer {name!r}; {did_you_mean(name, layers)}")


def allowed_values(
    design: DesignOp, space: Space, folds: Mapping[str, LayerFolding]
) -> dict[int, list[int]]:
    """The values that the foldings in `folds` and in the design allow, by the number of the
    choice."""
    layers, fixed = foldable_layers(design), dict[int, list[int]]()
    for layer in design.processes:
        if layer.FOLDS_BY_NAME and FOLDING_ATTR in layer.attributes:
            fixed |= _fixed_choices(describe(layer), layer, space, _folding_attribute(layer))
    for name, fold in folds.items():
        for layer in layers[name]:
            fixed |= _fixed_choices(f"layer {name!r}", layer, space, fold)
    return fixed


def _folding_attribute(layer: Process) -> LayerFolding:
    """The folding in the attribute of a process: `{fold = {pe = 16 : i64, simd = 3 : i64}}`."""
    folding = layer.attributes[FOLDING_ATTR]
    if not isinstance(folding, DictionaryAttr):
        raise FoldingError(f"{describe(layer)}: {FOLDING_ATTR} must be a dictionary, not {folding}")
    found: dict[str, int] = {}
    for key, value in folding.data.items():
        if key not in ("pe", "simd"):
            hint = did_you_mean(key, ("pe", "simd"))
            raise FoldingError(
                f"{describe(layer)}: {FOLDING_ATTR} has an unknown choice {key!r}; {hint}"
            )
        if not isinstance(value, IntegerAttr):
            raise FoldingError(f"{describe(layer)}: {key} must be an integer, not {value}")
        found[key] = value.value.data
    return LayerFolding(found.get("pe"), found.get("simd"))


def _fixed_choices(
    name: str, layer: Process, space: Space, fold: LayerFolding
) -> dict[int, list[int]]:
    """The values of the choices of a process that its folding allows; raises if there are none."""
    axes, fixed = space.axes[layer], dict[int, list[int]]()
    simd_axis = axes.input if axes.kernel is None else axes.kernel
    for key, value, choice in (("pe", fold.pe, axes.output), ("simd", fold.simd, simd_axis)):
        if value is None:
            continue
        widths = space.widths[choice].tolist()
        fits = [width for width, fit in zip(widths, space.fits(layer, choice), strict=True) if fit]
        if value not in fits:
            near = min(fits, key=lambda number: abs(number - value))
            why = TOO_WIDE_MESSAGE if value in widths else f"does not divide {widths[-1]}"
            raise FoldingError(f"{name}: {key} = {value} {why}; the nearest is {near}")
        fixed[choice] = [value]
    if fold.storage is None and fold.dsp is None:
        return fixed
    if axes.implementation is None:
        raise FoldingError(f"{name} has no weights: leave out storage and dsp")
    options = BuildOptions(fold.storage, fold.dsp)
    fixed[axes.implementation] = [
        number
        for number, implementation in enumerate(space.implementations[layer])
        if implementation.matches(options)
    ]
    if not fixed[axes.implementation]:
        raise FoldingError(f"{name} has no products for a DSP: it only adds and subtracts")
    return fixed


def apply_tiling(design: DesignOp, space: Space, tiling: Tiling) -> None:
    """Applies the result of a search: the words of every channel, the build of every layer."""
    for process, axes in space.axes.items():
        kernel = None if axes.kernel is None else tiling.widths[axes.kernel]
        widths = tiling.widths[axes.input], tiling.widths[axes.output]
        _, lanes = process.folding().lanes(*widths, kernel)
        for value in process.results:
            channel = channel_of(value)
            cut = ChannelType(channel.frame, channel.element, lanes)
            Rewriter.replace_value_with_new_type(value, cut)
        if axes.implementation is not None:
            chosen = space.implementations[process][tiling.widths[axes.implementation]]
            process.set_build_options(BuildOptions(chosen.storage, chosen.dsp))
    for process, axes in space.axes.items():
        if process.folding_leader is None:
            for index in range(len(process.operands)):
                _connect(process, index, tiling.widths[axes.input])
    for process in reversed(design.processes):
        if isinstance(process, RepackOp) and not list(process.output.uses):
            process.detach()
            process.erase()


def _connect(process: Process, index: int, lanes: int) -> None:
    """Makes an operand arrive in words of `lanes` elements, with a repack if needed."""
    value = process.operands[index]
    source, frame = source_before_repacks(value), channel_of(value).frame
    channel = channel_of(source)
    if (channel.frame, channel.lanes.data) == (frame, lanes):
        process.operands[index] = source
        return
    repack = RepackOp(source, lanes, frame)
    repack.output.name_hint = source.name_hint
    block = process.parent_block()
    assert block is not None
    block.insert_op_before(repack, process)
    process.operands[index] = repack.output
