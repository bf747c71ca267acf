"""Golden vectors: frames that a testbench sends into a design, and the results that it expects."""

from collections.abc import Sequence

import numpy as np
from xdsl.dialects.builtin import ModuleOp

from ...passes.driver.check_semantics import samples
from ...qdialect.data import Array
from ...qdialect.interpreter import entry_input_types, interpreter_of, run
from ...qdialect.stream import DesignOp, SinkOp
from ...qdialect.stream.linked_designs import LinkedDesigns, link_partners

GoldenVectors = tuple[list[Array], list[Array]]
"""The frames of a design, one array per source, and its results, one array per sink."""


def sampled_vectors(module: ModuleOp, designs: LinkedDesigns) -> dict[DesignOp, GoldenVectors]:
    """Random and extreme frames; a design after a link gets the results of the one before it."""
    frames = iter(samples(entry_input_types(designs.design), np.random.default_rng(0)))
    partners, sent = link_partners(module), dict[SinkOp, Array]()
    vectors: dict[DesignOp, GoldenVectors] = {}
    for part in designs.parts:
        own = [sent[partners[s]] if s in partners else next(frames) for s in part.sources]
        results = list(interpreter_of(module).call_op(part, tuple(own)))
        sent |= dict(zip(part.sinks, results, strict=True))
        vectors[part] = own, results
    return vectors


def recorded_vectors(module: ModuleOp, inputs: Sequence[Array]) -> dict[DesignOp, GoldenVectors]:
    """The frames and the results of each design while its network runs on some inputs."""
    calls: dict[DesignOp, list[GoldenVectors]] = {}

    def engine(design: DesignOp, frames: list[Array]) -> list[Array]:
        results = list(interpreter_of(module).call_op(design, tuple(frames)))
        calls.setdefault(design, []).append((frames, results))
        return results

    run(module, inputs, engine=engine)
    return {design: _concatenated(vectors) for design, vectors in calls.items()}


def _concatenated(calls: Sequence[GoldenVectors]) -> GoldenVectors:
    frames, results = (zip(*arrays, strict=True) for arrays in zip(*calls, strict=True))
    return list(map(np.concatenate, frames)), list(map(np.concatenate, results))
