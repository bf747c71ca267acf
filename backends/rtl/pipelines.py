"""Processes of several modules: the first starts iterations, and the words that it delivers run
through pipelines which never stop, since their channel has reserved room for them."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from ...qdialect.stream.folding import Storage
from ...qdialect.types import QuantType, bit_width
from ..golden_vectors import Files
from ..netlist.memories import Memory
from ..netlist.netlist import Instance, ThresholdSteps, WeightCodebook
from ..netlist.weighted import MatvecInstance, ThresholdInstance, WeightedInstance
from .memories import file_prefix, hex_files, memory_file
from .modules import (
    ModuleInstance,
    ParameterValue,
    flow_ports,
    in_folder,
    reader_ports,
    type_parameters,
    writer_ports,
)
from .starts import starts_of


class Pipeline:
    """The modules of a process in a row."""

    def __init__(self, instance: Instance, first: ModuleInstance):
        self.instance = instance
        self.stages = [first]

    def add(self, suffix: str, module: str, parameters: Mapping[str, ParameterValue]) -> None:
        name = f"{self.instance.name}_{suffix}"
        self.stages.append(ModuleInstance(module, name, parameters))

    def modules(self) -> Iterator[ModuleInstance]:
        """The modules with wires between them; the last one writes the channel."""
        (channel,) = self.instance.writes
        incoming: dict[str, str] = {}
        for n, stage in enumerate(self.stages):
            if n == len(self.stages) - 1:
                outgoing, wires = writer_ports(channel), dict[str, int]()
            else:
                push, data = f"{stage.name}_push", f"{stage.name}_data"
                outgoing = {"out_push": push, "out_data": data}
                wires = {push: 1, data: data_bits(stage)}
            yield replace(stage, ports={**stage.ports, **incoming, **outgoing}, wires=wires)
            incoming = {"push": outgoing["out_push"], "data": outgoing["out_data"]}


def data_bits(module: ModuleInstance) -> int:
    """The width of the words that a module delivers."""
    found = module.parameters
    if module.module == "qnn_pass_through":
        return int(str(found["WIDTH"]))
    lanes = found["PE"] if "PE" in found else found["LANES"]
    bits = found["SUM_BITS"] if "SUM_BITS" in found else found["OUT_BITS"]
    return int(str(lanes)) * int(str(bits))


def start_of(instance: Instance) -> ModuleInstance:
    """The module before a pipeline that reads a word in each iteration and passes it on."""
    (x,), (y,) = instance.reads, instance.writes
    ports = {**reader_ports(x), **flow_ports(y)}
    return ModuleInstance("qnn_pass_through", instance.name, {"WIDTH": x.bits}, ports)


def weighted_module(instance: WeightedInstance) -> ModuleInstance:
    """The module that computes the sums of a matvec or depthwise layer."""
    (x,), (y,), weights = instance.reads, instance.writes, instance.weights
    parameters: dict[str, ParameterValue] = {
        "PE": instance.pe,
        "SIMD": instance.simd,
        "STEPS": instance.steps,
        **type_parameters("IN_", instance.input),
        "CODE_BITS": instance.row_bits // instance.simd,
        **type_parameters("WEIGHT_", instance.factor),
    }
    if isinstance(instance.weight, WeightCodebook):
        parameters |= codebook_parameters(instance.weight)
    starts = starts_of(instance)
    parameters["FOLDS"] = instance.folds
    parameters["SUM_BITS"] = starts.bits
    files: Files = {}
    if len(set(starts.values.flat)) == 1:
        parameters["START"] = f"{starts.bits}'h{starts.codes.flat[0]:x}"
    else:
        memory = starts.memory(f"{instance.name}_starts")
        parameters["STARTS"] = in_folder(memory_file(memory))
        files = dict(hex_files(memory))
    if starts.without_carry:
        parameters["WITHOUT_CARRY"] = 1
    if starts.is_level:
        parameters["IS_LEVEL"] = 1
    if instance.multiplies_in_dsps:
        parameters["IN_DSPS"] = 1
    if isinstance(instance, MatvecInstance) and instance.pairs_rows:
        parameters["IN_PAIRS"] = 1
    ports = {**reader_ports(x), **flow_ports(y)}
    if isinstance(weights, Memory):
        ports |= {"weights_valid": "1'b1", "weights_pop": f"{weights.name}_pop"}
    else:
        ports |= reader_ports(weights, "weights")
    ports["weights_data"] = f"{weights.name}_word"
    return ModuleInstance(f"qnn_{instance.kind}", instance.name, parameters, ports, files=files)


def weights_reader(instance: WeightedInstance) -> ModuleInstance:
    """The module that delivers a word of weights a cycle after it is taken."""
    weights = instance.weights
    if isinstance(weights, Memory):
        return weights_memory(instance, weights)
    ports, word = {"data": f"{weights.name}_data"}, f"{weights.name}_word"
    parameters = {"WIDTH": weights.bits, "CYCLES": 1}
    name = f"{instance.name}_word"
    return ModuleInstance(
        "qnn_delay", name, parameters, {**ports, "delayed": word}, {word: weights.bits}
    )


def weights_memory(instance: WeightedInstance, memory: Memory) -> ModuleInstance:
    """The memory of weights, with the rows of an iteration side by side."""
    bits, pop, data = instance.pe * memory.bits, f"{memory.name}_pop", f"{memory.name}_word"
    parameters: dict[str, ParameterValue] = {
        "WIDTH": bits,
        "WORDS": memory.sizes[0],
        "FILE": in_folder(memory_file(memory)),
        "IN_ADVANCE": 0,
        **({"STYLE": '"block"'} if memory.storage == Storage.BLOCK else {}),
    }
    ports = {"step": pop, "word": data}
    return ModuleInstance("qnn_rom", memory.name, parameters, ports, {pop: 1, data: bits})


def codebook_parameters(book: WeightCodebook) -> dict[str, ParameterValue]:
    """The entries of a codebook side by side, the first in the lowest bits."""
    bits, total = bit_width(book.entry), 0
    for n, value in enumerate(book.values):
        total |= (int(value) % (1 << bits)) << (n * bits)
    count = len(book.values)
    return {"ENTRIES": count, "CODEBOOK": f"{count * bits}'h{total:x}"}


def add_thresholds(
    pipeline: Pipeline,
    instance: WeightedInstance | ThresholdInstance,
    number: QuantType,
    lanes: int,
    groups: int,
) -> None:
    """Adds the thresholds behind numbers; without thresholds, these are the words."""
    steps = instance.activation.steps
    if steps is not None:
        parameters: dict[str, ParameterValue] = {
            "LANES": lanes,
            "GROUPS": groups,
            **type_parameters("IN_", number),
            **threshold_parameters(steps, instance.output, groups),
        }
        pipeline.add("thresholds", "qnn_search" if steps.searched else "qnn_thresholds", parameters)


def threshold_parameters(
    steps: ThresholdSteps, output: QuantType, groups: int
) -> dict[str, ParameterValue]:
    bits = bit_width(output)
    # Levels of -1 and +1 have the codes 0 and 1.
    offset = 0 if steps.signs else steps.offset % (1 << bits)
    parameters: dict[str, ParameterValue] = {
        "COUNT": steps.count,
        **type_parameters("THRESHOLD_", steps.element),
        "OUT_BITS": bits,
        "OFFSET": f"{bits}'d{offset}",
    }
    first = steps.thresholds[0]
    if steps.searched:
        parameters["THRESHOLD_GROUPS"] = 1 if steps.shared else groups
        parameters["THRESHOLDS"] = in_folder(file_prefix(first))
    else:
        parameters["SHARED"] = int(steps.shared)
        parameters["THRESHOLDS"] = in_folder(memory_file(first))
    if steps.descending is not None:
        parameters["DESCENDING"] = in_folder(memory_file(steps.descending))
    return parameters
