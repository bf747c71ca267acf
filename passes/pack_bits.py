"""`pack-bits`: packs weights and thresholds into the words of on-chip memories."""

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp, StringAttr, SymbolRefAttr
from xdsl.passes import ModulePass

from ..qdialect.packing import PackedAttr
from ..qdialect.qnn.constants import ConstantPool
from ..qdialect.stream import MemoryOp, Process
from ..qdialect.stream.process import data_of
from .designs import designs_for

PLACEHOLDER_PREFIX = "packed "
"""Starts the name of a memory that is not in the module yet. No other symbol has a space in it."""


@dataclass(frozen=True)
class PackBitsPass(ModulePass):
    """Packs the constants of layers into words of the size that a process reads per cycle.

    Before:

        %y = stream.matvec %p weights(@w) thresholds(@t) ...
            : (!stream.channel<30x30x27xui8, lanes = 3>) -> !stream.channel<..., lanes = 16>
        qnn.data @w "0x..." : tensor<64x3x3x3x!qnn.bipolar>

    After:

        stream.memory @w parallelism = [16, 3] "0x..." : tensor<64x3x3x3x!qnn.bipolar>
    """

    name = "pack-bits"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        readers: dict[tuple[str, tuple[int, int]], list[tuple[Process, str]]] = {}
        for design in designs_for(self.name, op):
            for process in design.processes:
                for key, parallelism in process.memories().items():
                    name = process.constant(key).string_value()
                    readers.setdefault((name, parallelism), []).append((process, key))
        memories: list[MemoryOp] = []
        for (name, parallelism), places in readers.items():
            process, _ = places[0]
            packed = PackedAttr.of(data_of(process, SymbolRefAttr(name)), parallelism)
            memories.append(MemoryOp(name, packed))
            for process, key in places:
                process.properties[key] = SymbolRefAttr(PLACEHOLDER_PREFIX + name)
        _insert_memories(op, memories, list(readers.values()))


def _insert_memories(
    module: ModuleOp, memories: list[MemoryOp], readers: list[list[tuple[Process, str]]]
) -> None:
    """Adds memories to the module, under the names of their data where these are free."""
    ConstantPool(module).drop_unused()
    pool = ConstantPool(module)
    for memory, places in zip(memories, readers, strict=True):
        memory.sym_name = StringAttr(pool.new_name(memory.sym_name.data))
        module.body.block.add_op(memory)
        for process, key in places:
            process.properties[key] = SymbolRefAttr(memory.sym_name)
