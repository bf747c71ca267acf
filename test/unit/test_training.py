"""Trains a float network through all stages; its integers equal those of the compiler."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from qnn.frontends.torch import import_pt2
from qnn.passes import Pipeline
from qnn.passes.driver.check_semantics import CheckSemantics
from qnn.qdialect.interpreter import run
from qnn.qdialect.qnn.linear import LinearOpBase
from qnn.qdialect.qnn.steps import LookupOp
from qnn.qdialect.stream.compute import WeightedProcess
from qnn.qdialect.stream.process import data_of
from qnn.qdialect.types import bit_width, element_of, is_quant, unsigned
from qnn.tools.explore.plots import draw_tradeoff, rendered
from qnn.tools.network_summary import layer_summaries
from qnn.training import (
    Plan,
    Prepared,
    Trainer,
    TrainingError,
    accuracy,
    bops,
    export,
    freeze,
    prepare,
    scores,
    step_stage,
    train_float,
    work_of,
)
from qnn.training.layers import Mode
from support.training import data, network, trained
from torch import Tensor, nn

NICE: dict[str, Any] = {"method": "nice", "weights": 4, "activations": 4}
UNIQ: dict[str, Any] = {"method": "uniq", "weights": 3, "activations": 8}
IMAGE = {"clamp": 1.0}

RECIPES: dict[str, dict[str, Any]] = {
    "uniq": {**UNIQ, "first": IMAGE},
    "uniq_empirical": {**UNIQ, "weights": 5, "cdf": "empirical", "rounds": 2},
    "uniq_uniform": {**UNIQ, "weights": 2, "cdf": "uniform"},
    "nice": NICE,
    "nice_signed": {**NICE, "signed": True},
    "wrpn": {"method": "wrpn", "weights": 4, "activations": 3},
    "dorefa": {"method": "dorefa", "weights": 3, "activations": 2},
    "binary": {"method": "binary"},
    "ternary": {"method": "ternary"},
    "mixed": {**NICE, "layers": {"3": {**UNIQ, "activations": 5}}, "last": {"weights": 6}},
}


def assert_exact(model: Prepared, images: Tensor) -> None:
    """Torch and the compiler compute equal integers for each image, before and after fold-bn."""
    frozen = freeze(model)
    expected = scores(frozen, images).numpy()
    module = export(frozen, images[:1])
    np.testing.assert_array_equal(run(module, [images.numpy()])[0], expected)
    Pipeline.parse("fold-bn,minimize-accumulators", [CheckSemantics()]).apply(module)
    assert all(
        is_quant(element_of(op.output)) for op in module.walk() if isinstance(op, LinearOpBase)
    )
    np.testing.assert_array_equal(run(module, [images.numpy()])[0], expected)
    prepared = scores(model, images)
    assert (prepared.argmax(1) == torch.from_numpy(expected).argmax(1)).double().mean() > 0.9


@pytest.mark.parametrize("name", RECIPES)
def test_export_computes_the_same(name: str) -> None:
    assert_exact(trained(RECIPES[name], network()), data()[0])


class Signals(nn.Module):
    """A network of 1-D convolutions and batch norms without any bias."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv1d(2, 4, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm1d(4, affine=False)
        self.head = nn.Linear(4 * 9, 3, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.norm(self.conv(2 * x - 1)).relu().flatten(1))


def test_signals() -> None:
    given = data((2, 9))
    recipe = {**UNIQ, "first": {"signed": True, "clamp": 1.0}}
    assert_exact(trained(recipe, Signals(), given), given[0])


def test_codebooks_stay_codebooks_in_the_design() -> None:
    module = export(freeze(trained(UNIQ, network())), data()[0][:1])
    Pipeline.parse("fold-bn,minimize-accumulators").apply(module)
    layers = [op for op in module.walk() if isinstance(op, LinearOpBase)]
    assert [op.properties["layer"].data for op in layers] == ["0", "3", "8"]  # pyright: ignore
    for op in layers:
        read = op.weights.owner
        assert isinstance(read, LookupOp) and element_of(read.x) == unsigned(3)
    assert {layer.weight_bits for layer in layer_summaries(module)} == {3}
    Pipeline.parse("stream-lower").apply(module)
    processes = [op for op in module.walk() if isinstance(op, WeightedProcess)]
    assert len(processes) == 3 and all(op.codebook is not None for op in processes)
    widths = [bit_width(data_of(op, op.weights).element) for op in processes]
    assert widths == [3, 4, 3], "between groups there is a zero, which no codebook has"


def test_saved_program_computes_the_same(tmp_path: Path) -> None:
    """The importer reads a file of `torch.export.save` without torch."""
    frozen, (images, _) = freeze(trained(UNIQ, network())), data()
    torch.export.save(torch.export.export(frozen, (images[:1],)), tmp_path / "net.pt2")
    module = import_pt2(str(tmp_path / "net.pt2"))
    np.testing.assert_array_equal(run(module, [images.numpy()])[0], scores(frozen, images))


def modes(model: Prepared) -> str:
    return " ".join(layer.mode.value for layer in model.layers.values())


def test_stages_of_uniq() -> None:
    """A layer learns with noise, and is then frozen; a second round visits all layers again."""
    model = prepare(network(), {**UNIQ, "rounds": 2})
    seen = [modes(model)]
    while step_stage(model):
        seen.append(modes(model))
    assert seen == [
        "noisy float float",
        "frozen noisy float",
        "frozen frozen noisy",
        "noisy frozen frozen",
        "frozen noisy frozen",
        "frozen frozen noisy",
        "frozen frozen frozen",
    ]
    assert not step_stage(model) and modes(model) == seen[-1]


def test_stages_of_other_methods() -> None:
    """Layers of NICE continue to learn; methods without a schedule have a single stage."""
    model = prepare(network(), {**NICE, "last": {"method": "binary", "weights": 1}})
    seen = [modes(model)]
    while step_stage(model):
        seen.append(modes(model))
    assert seen == ["noisy float noisy", "noisy noisy noisy", "noisy noisy noisy"]


def test_frozen_weights_stay() -> None:
    torch.manual_seed(1)
    model, (images, labels) = prepare(network(), UNIQ), data()
    trainer = Trainer(model, images, labels, Plan(epochs=1, last_epochs=1, batch=16, rate=0.1))
    trainer.train_stage_epoch()
    step_stage(model)
    first, second = (layer.layer.weight for layer in list(model.layers.values())[:2])
    before = first.detach().clone(), second.detach().clone()
    trainer.train_stage_epoch()
    assert torch.equal(first, before[0]) and not torch.equal(second, before[1])


def test_evaluation_has_no_noise() -> None:
    model, (images, _) = trained(NICE, network()), data()
    assert model.layers["0"].mode is Mode.NOISY
    assert torch.equal(scores(model, images), scores(model, images))
    model.train()
    assert not torch.equal(model(images), model(images))


def test_prepare_does_not_change_the_network() -> None:
    module, (images, labels) = network(), data()
    before = {name: value.clone() for name, value in module.state_dict().items()}
    freeze(trained(UNIQ, module))
    assert all(torch.equal(value, before[name]) for name, value in module.state_dict().items())
    train_float(module, images, labels, Plan(last_epochs=20, batch=16, rate=1e-2))
    assert accuracy(module, images, labels) > 60


def test_large_sums_are_exact() -> None:
    """Sums that float32 would round: torch and the compiler compute equal integers."""
    module = nn.Sequential(nn.Flatten(), nn.Linear(4096, 3))
    nn.init.uniform_(module[1].weight, 0.01, 0.02)  # pyright: ignore[reportArgumentType]
    given = data((4096,))
    recipe = {"method": "nice", "weights": 8, "activations": 8}
    assert_exact(trained(recipe, module, (given[0] + 3, given[1])), given[0] + 3)


@pytest.mark.parametrize("recipe", [{**UNIQ, "first": {"activations": 4}}, RECIPES["dorefa"]])
def test_operations_equal_those_of_the_compiler(recipe: dict[str, Any]) -> None:
    model, (images, _) = trained(recipe, network()), data()
    layers = layer_summaries(export(freeze(model), images[:1]))
    work = work_of(model, images)
    assert [layer.macs for layer in layers] == [part.macs for part in work.values()]
    assert bops(model, images) == pytest.approx(sum(layer.bops for layer in layers))
    assert list(work) == ["0", "3", "8"]


def test_operations_of_float_layers() -> None:
    images = data()[0]
    every, some = network(), prepare(network(), {"layers": {"3": UNIQ}})
    assert bops(every, images) > bops(some, images) > bops(prepare(network(), UNIQ), images)


class Shared(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.one = nn.Linear(4, 4)
        self.two = self.one


UNSUPPORTED: dict[str, tuple[nn.Module, str]] = {
    "recurrent": (
        nn.Sequential(nn.Sequential(nn.Linear(4, 4), nn.LSTM(4, 4))),
        r'"0\.1" \(LSTM\) has a parameter weight_ih_l0, which can\'t be quantized: use Conv1d',
    ),
    "padding": (
        nn.Sequential(nn.Conv2d(1, 1, 3, padding=1, padding_mode="reflect")),
        r'"0" \(Conv2d\) has padding_mode="reflect": only "zeros" is supported',
    ),
    "average": (
        nn.Sequential(nn.Conv2d(1, 1, 3), nn.AdaptiveAvgPool2d(1)),
        r'"1" \(AdaptiveAvgPool2d\) averages values that are not quantized: use a max pool',
    ),
    "shared": (Shared(), r'"two" \(Linear\) is the same layer as "one": use a separate'),
    "computed": (
        nn.Sequential(nn.utils.parametrizations.weight_norm(nn.Linear(2, 2))),
        r'"0" \(ParametrizedLinear\) has parametrized weights: remove the parametrization',
    ),
    "alone": (nn.Linear(2, 2), "the Linear is a layer, not a network: use nn.Sequential"),
    "empty": (nn.Sequential(nn.ReLU()), "the network has no layer to quantize: it needs a Conv1d"),
}


@pytest.mark.parametrize("name", UNSUPPORTED)
def test_unsupported_layers_are_named(name: str) -> None:
    module, message = UNSUPPORTED[name]
    with pytest.raises(TrainingError, match=f"^{message}"):
        prepare(module, NICE)


def test_calls_in_the_wrong_order_are_refused() -> None:
    model, (images, labels) = prepare(network(), NICE), data()
    with pytest.raises(TrainingError, match='"0" has no clamp yet: pass at least one batch'):
        freeze(model)
    model(images)
    with pytest.raises(TrainingError, match='"3" is not quantized yet: train and call step_stage'):
        freeze(model)
    with pytest.raises(
        TrainingError, match=r"is not frozen: call export\(freeze\(model\), example\)"
    ):
        export(model, images[:1])
    with pytest.raises(
        TrainingError, match="the network is already prepared: pass the float network"
    ):
        prepare(model, NICE)
    with pytest.raises(TrainingError, match="there are 48 images and 9 labels"):
        Trainer(model, images, labels[:9], Plan())
    with pytest.raises(TrainingError, match="invalid plan: epochs must be 0 or more"):
        Plan(batch=0)


def test_norms_without_statistics_are_named() -> None:
    module = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2, track_running_stats=False))
    module.append(nn.Flatten())
    module.append(nn.Linear(72, 3))
    model = trained({"method": "ternary"}, module)
    with pytest.raises(TrainingError, match='"1" has no running statistics'):
        freeze(model)


class Sorted(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x.sort(1).values


def test_export_names_unsupported_ops() -> None:
    module = nn.Sequential(nn.Flatten(), nn.Linear(64, 4), Sorted(), nn.Linear(4, 3))
    frozen = freeze(trained({"method": "ternary"}, module))
    with pytest.raises(TrainingError, match=r'"2.sort" \(aten.sort\): this operator is not'):
        export(frozen, data()[0][:1])


def test_tradeoff_plot() -> None:
    pytest.importorskip("matplotlib", reason="plots need matplotlib")
    drawn = rendered(draw_tradeoff([("uniq 4", 4e6, 98.9), ("nice 3", 2e6, 98.1)]), "svg").decode()
    assert "<!-- uniq 4 -->" in drawn and "<!-- accuracy, % -->" in drawn
