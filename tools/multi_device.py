"""Networks on several devices: how the commands cut them, and what they come to."""

import argparse
import json
from collections.abc import Mapping, Sequence
from typing import Any

from xdsl.dialects.builtin import ModuleOp
from xdsl.utils.exceptions import VerifyException

from ..hardware.estimate import EstimateError, System, estimate_whole
from ..hardware.resources.device import Device, DeviceError, device_named
from ..hardware.timing.simulate import Deadlock
from ..passes.designs import designs_of
from ..passes.driver.pipeline import Pipeline
from ..passes.partition import DeviceChain, partition_design
from ..passes.size_fifos import SizeFifosPass
from ..passes.tile.folding_file import read_folding
from ..passes.tile.layer_folding import FoldingError, LayerFolding
from ..qdialect.stream import DesignOp, LinkAttr
from ..qdialect.stream.linked_designs import LinkedDesigns, linked_designs_of
from ..qdialect.text import verify
from .designs import Progress, channels_of, lowered, timed
from .estimate import amounts_as_json, layers, layers_as_json, rates, shares, worked, write_trace
from .files import UserError
from .networks import load_network

CUTTING = ("link", "fps", "clock", "folding", "fewest")
"""Options that say how a network is cut."""


class DeviceRequired(Exception):
    """A network on one device, where nobody said which."""

    told = "the following arguments are required: --device"


def link(text: str) -> LinkAttr:
    """An option that is a link: bits, `@`, MHz, and `+` nanoseconds on the way, if they count."""
    bits, _, rest = text.partition("@")
    mhz, _, ns = rest.partition("+")
    try:
        return LinkAttr(int(bits), float(mhz), float(ns or 0))
    except VerifyException as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no link: 64@156.25+500 has 64 bits, at 156.25 MHz, and takes 500 ns"
        ) from None


def devices_given(arguments: argparse.Namespace) -> list[Device] | None:
    """The devices that are named; None if there are none."""
    try:
        return arguments.devices and [device_named(name) for name in arguments.devices]
    except DeviceError as error:
        raise UserError(str(error)) from None


def whole_in(
    module: ModuleOp, arguments: argparse.Namespace, devices: Sequence[Device] | None
) -> LinkedDesigns:
    """The designs of a network on several devices: what is not cut yet, or sized, is by now."""
    if len(designs_of(module)) > 1:
        late = [f"--{option}" for option in CUTTING if getattr(arguments, option)]
        if late:
            raise UserError(f"the network is cut and folded: too late for {', '.join(late)}")
        return sized(module)
    if devices is None:
        raise DeviceRequired()
    if arguments.link is None:
        raise UserError("devices are joined by links: --link 64@156.25 says how fast they are")
    row = DeviceChain(devices, arguments.link, arguments.fps, arguments.clock, arguments.fewest)
    folds = {} if arguments.folding is None else read_folding(arguments.folding)
    cut(module, row, folds, arguments.folding)
    return sized(module)


def sized(module: ModuleOp) -> LinkedDesigns:
    """The designs of a network that is cut; what has no depths yet gets some."""
    if not all(channel.depth.data for d in designs_of(module) for channel in channels_of(d)):
        Pipeline(SizeFifosPass(), hooks=[Progress()]).apply(module)
    wholes = linked_designs_of(module)
    if len(wholes) != 1:
        raise UserError(f"the network has {len(wholes)} designs that no links join")
    return wholes[0]


def cut(
    module: ModuleOp, row: DeviceChain, folds: Mapping[str, LayerFolding], file: str | None
) -> None:
    design = lowered(module)
    with timed("partition"):
        try:
            partition_design(design, row, folds)
        except FoldingError as error:
            raise UserError(f"{file}: {error}") from None
    verify(module)


def devices_of(whole: LinkedDesigns, given: Sequence[Device] | None) -> list[Device]:
    """The devices of the parts: those that are named, or those they were made for."""
    if given is not None:
        if len(given) < len(whole.parts):
            raise UserError(f"{len(given)} devices are named for {len(whole.parts)} parts")
        return list(given)[: len(whole.parts)]
    return [device_of(part) for part in whole.parts]


def device_of(part: DesignOp) -> Device:
    """The device that a part was made for."""
    try:
        if part.device is None:
            raise DeviceError(f"{part.sym_name.data} is for no device")
        return device_named(part.device.data)
    except DeviceError as error:
        raise UserError(f"{error} (--devices names those of the parts)") from None


def estimate_parts(arguments: argparse.Namespace) -> None:
    """`qnn estimate` of a network on several devices: a table for each, or JSON."""
    devices = devices_given(arguments)
    try:
        whole = whole_in(load_network(arguments.network), arguments, devices)
    except DeviceRequired as error:
        return arguments.refuse(error.told)
    found = estimated_whole(whole, devices_of(whole, devices))
    if arguments.trace is not None:
        write_trace(whole.design, arguments.trace)
    print(json.dumps(as_json(found), indent=2) if arguments.json else table(found))


def estimated_whole(whole: LinkedDesigns, devices: Sequence[Device]) -> System:
    """What parts come to; what stops them from working is a mistake of the user's."""
    clock = whole.parts[0].clock_mhz
    assert clock is not None
    try:
        return estimate_whole(whole, devices, clock.value.data)
    except (EstimateError, Deadlock) as error:
        raise UserError(str(error)) from None


def as_json(found: System) -> dict[str, Any]:
    """The fields that scripts rely on: those of a design, and each part and link by itself."""
    work = found.work
    return {
        "fps": found.fps,
        "interval_cycles": found.interval,
        "latency_cycles": found.latency,
        "clock_mhz": found.clock_mhz,
        "device": ",".join(part.device.name for part in found.parts),
        "bottleneck": found.bottleneck.name,
        "ops": work.ops,
        "macs": work.macs,
        "bops": work.bops,
        "weight_bits": work.weight_bits,
        "feature_bits": work.feature_bits,
        "links": [
            {
                "to": each.to,
                "bits": each.bits,
                "cycles": each.cycles,
                "gbit_s": each.bits * found.fps / 1e9,
                "most_gbit_s": each.link.gbit_s,
            }
            for each in found.links
        ],
        "parts": [
            {
                "design": name,
                "device": part.device.name,
                **amounts_as_json(part),
                **layers_as_json(part),
            }
            for name, part in zip(found.names, found.parts, strict=True)
        ],
    }


def table(found: System) -> str:
    """The parts one by one, then the links, then what they come to together."""
    lines: list[str] = []
    for name, part in zip(found.names, found.parts, strict=True):
        lines += [f"{name} on {part.device.name}:", *layers(part, found.bottleneck.cycles)]
        lines += [*shares(part), ""]
    return "\n".join([*lines, *summed(found)])


def summed(found: System) -> list[str]:
    """What the links carry, and what all parts come to."""
    links = [
        f"link to {each.to}: {each.bits:,} bits a frame in {each.cycles:,} cycles, "
        f"{each.bits * found.fps / 1e9:.3g} of {each.link.gbit_s:.3g} Gbit/s"
        for each in found.links
    ]
    devices = ", ".join(part.device.name for part in found.parts)
    return [*links, *rates(found, devices), *worked(found.work)]
