"""Estimates as JSON: the fields that scripts rely on."""

from typing import Any

import numpy as np

from ...hardware.estimate import Estimate, PartEstimate
from ...hardware.resources.device import RESOURCE_KINDS
from ...hardware.search.limits import NextStep
from ...hardware.timing.frame_rate import frames_per_second


def estimate_as_json(
    found: Estimate, is_chain: bool, step: NextStep | None = None
) -> dict[str, Any]:
    """The estimate of a network on one device, with the next faster design; or on a chain.

    A chain has an entry for each part and each link, even if a single device of it is used.
    """
    details = _chain_as_json(found) if is_chain else _device_as_json(found, step)
    return {**_rates_as_json(found), **details}


def _device_as_json(found: Estimate, step: NextStep | None) -> dict[str, Any]:
    (part,) = found.parts
    work = found.work
    return {
        "external_bits": work.external_bits,
        "external_gb_s": found.bandwidth_gb_s,
        "arithmetic_intensity": work.intensity,
        **_amounts_as_json(part),
        "next_step": _step_as_json(found, step),
        **_layers_as_json(part),
    }


def _chain_as_json(found: Estimate) -> dict[str, Any]:
    return {
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
                "design": part.name,
                "device": part.device.name,
                **_amounts_as_json(part),
                **_layers_as_json(part),
            }
            for part in found.parts
        ],
    }


def exceeded_resources(part: PartEstimate, step: NextStep) -> list[str]:
    """The resources of which a faster design exceeds the budget, by the vendor's names."""
    marks = np.array([kind in step.over for kind in RESOURCE_KINDS], float)
    return [name for name, mark in part.by_name(marks).items() if mark]


def _rates_as_json(found: Estimate) -> dict[str, Any]:
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
    }


def _amounts_as_json(part: PartEstimate) -> dict[str, Any]:
    return {
        "resources": part.resources,
        "utilisation": part.utilisation,
        "error": part.errors,
        "not_calibrated": part.calibration.reason,
    }


def _layers_as_json(part: PartEstimate) -> dict[str, Any]:
    return {
        "kinds": {kind: part.named(use) for kind, use in part.kinds.items()},
        "layers": [
            {
                "name": layer.name,
                "kind": layer.kind,
                "pe": layer.pe,
                "simd": layer.simd,
                "cycles": layer.cycles,
                "resources": part.named(layer.use),
            }
            for layer in part.layers
        ],
    }


def _step_as_json(found: Estimate, step: NextStep | None) -> dict[str, Any] | None:
    """The next faster design; its limits are resources, or the slowest layer if it fits."""
    if step is None:
        return None
    (part,) = found.parts
    return {
        "fps": frames_per_second(found.clock_mhz, step.interval),
        "interval_cycles": step.interval,
        "resources": part.named(step.use),
        "limits": exceeded_resources(part, step) or [found.bottleneck.name],
    }
