"""The page of a build in a browser: content, mouse, keyboard, search and accessibility."""

import json
import re
from collections.abc import Generator
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from qnn.tools.qnn import main
from qnn.tools.qnn_opt import main as qnn_opt
from support.browser import open_browser, open_page
from support.design import chain
from xdsl.dialects.builtin import ModuleOp
from xdsl.printer import Printer

LAYERS = 1_000

SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def layers(count: int) -> ModuleOp:
    return chain(f"layer_{n}" for n in range(count))


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return reported(layers(4), tmp_path_factory.mktemp("report"), "--device", "z7020")


def reported(module: ModuleOp, folder: Path, *given: str) -> Path:
    network = folder / "net.mlir"
    with network.open("w") as file:
        Printer(file).print_op(module)
    build = str(folder / "build")
    options = [*given, "--target", "hls", "-o", build]
    assert main(["compile", str(network), *options]) == 0
    assert main(["report", build]) == 0
    return folder / "build" / "report.html"


@pytest.fixture(scope="module")
def browser() -> Generator[Browser]:
    with open_browser() as browser:
        yield browser


@pytest.fixture
def page(browser: Browser, report: Path) -> Generator[Page]:
    with open_page(browser, report) as (page, complaints):
        yield page
        assert complaints == []


def test_it_shows_the_design(page: Page, report: Path) -> None:
    about = json.loads((report.parent / "build.json").read_text())
    assert page.locator("#graph .process").count() == len(about["processes"])
    assert f"{about['estimate']['fps']:,.0f}"[:5] in page.locator("#figures").inner_text()
    assert page.locator("#bars .bar.slow").count() >= 1
    assert page.locator("#occupancy svg").count() == 4


def test_it_explains_its_figures(page: Page, report: Path) -> None:
    """Estimates, with units, budgets, and the next faster design."""
    about = json.loads((report.parent / "build.json").read_text())
    summary = page.locator("#summary").inner_text()
    assert "estimates before synthesis" in summary and "has its maximum parallelism" in summary
    limits = page.locator("#devices .gauge i").evaluate_all("marks => marks.map(x => x.style.left)")
    assert limits == ["70%", "50%", "80%", "80%", "80%"]
    assert page.locator("#devices meter").count() == len(limits)
    assert "Click a process" in page.locator("#details").inner_text()
    assert "cycles per frame" in page.locator("#network .hint").inner_text()
    assert "processes in order" in page.locator("#bars .label").inner_html()
    assert page.locator("#occupancy .label").count() == 4
    assert page.locator("#graph .channel[marker-end='url(#arrow)']").count() == 5
    ports = page.locator("#ports tbody tr").all_inner_texts()
    assert [port.split()[:2] for port in ports] == [[p["name"], p["role"]] for p in about["ports"]]


def test_a_click_shows_details_of_a_process(page: Page, report: Path) -> None:
    page.locator("#graph .process", has_text="matvec").first.click()
    details = page.locator("#details").inner_text()
    top = (report.parent / "top.hpp").read_text()
    assert "stream.matvec" in details and "layer_0" in details
    assert re.search(r"reads \S+, weights \S+, sums \S+, writes \S+", details)
    assert "struct layer_0_matvec {" in details and "struct layer_0_matvec {" in top
    assert page.locator("#graph .process.chosen").count() == 1
    assert page.locator("#occupancy svg").count() == 2


def test_the_keyboard_is_enough(page: Page) -> None:
    page.locator("#graph .process").first.focus()
    focused = "document.activeElement.getAttribute('aria-label')"
    assert page.evaluate(focused).startswith("source ")
    for key, kind in [("ArrowDown", "matvec"), ("End", "sink"), ("ArrowUp", "matvec")]:
        page.keyboard.press(key)
        assert page.evaluate(focused).startswith(kind)
    page.keyboard.press("Enter")
    assert "layer_3" in page.locator("#details h3").inner_text()
    before = page.locator("#graph > g").get_attribute("transform")
    page.keyboard.press("+")
    page.wait_for_function(
        "before => document.querySelector('#graph > g').getAttribute('transform') !== before",
        arg=before,
    )


def test_a_search_finds_layers(page: Page) -> None:
    page.fill("#wanted", "MATVEC layer_2")
    assert page.locator("#found").inner_text() == "1 of 6"
    assert page.locator("#graph .process.faded").count() == 5
    page.keyboard.press("Enter")
    assert "layer_2" in page.locator("#details h3").inner_text()
    page.fill("#wanted", "")
    assert page.locator("#graph .process.faded").count() == 0


def test_tables_sort_and_bars_change(page: Page) -> None:
    page.locator("summary").first.click()
    page.get_by_role("button", name="lut", exact=True).click()
    column = page.locator("#table thead th").all_inner_texts().index("lut")
    cells = page.locator(f"#table tbody td:nth-child({column + 1})").all_inner_texts()
    numbers = [float(cell.replace(",", "")) for cell in cells]
    assert numbers == sorted(numbers, reverse=True) and len(numbers) == 6
    page.select_option("#measure", "lut")
    assert page.locator("#bar-text").inner_text().endswith(" lut")


def test_parts_are_shown_together(browser: Browser, tmp_path: Path) -> None:
    """The resources of each device and the traffic of the link; a process names its device."""
    devices = "--devices", "z7020,zu3eg", "--link", "64@156.25+500"
    file = reported(layers(2), tmp_path, *devices)
    with open_page(browser, file) as (page, complaints):
        captions = page.locator("#devices caption").all_inner_texts()
        assert [caption.split(":")[0] for caption in captions] == [
            "Resources of main_0 on z7020",
            "Resources of main_1 on zu3eg",
            "Traffic of the links",
        ]
        page.locator("#graph .process.link").click()
        assert "main_1 on zu3eg" in page.locator("#details").inner_text()
        page.fill("#wanted", "main_0")
        assert page.locator("#graph .process.faded.part-0").count() == 0
        assert page.locator("#graph .process.part-1:not(.faded)").count() == 0
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            assert [rule["id"] for rule in Axe().run(page).response["violations"]] == []
        assert complaints == []


def test_accessibility(page: Page) -> None:
    """By the rules of axe, without a selection and with a selected process."""
    for _ in range(2):
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            assert [rule["id"] for rule in Axe().run(page).response["violations"]] == []
        page.locator("#graph .process").nth(1).click()
        for summary in page.locator("summary").all():
            summary.click()


def test_the_page_of_passes(browser: Browser, tmp_path: Path) -> None:
    """It shows the lines that each pass changed; a click expands unchanged lines."""
    example = Path(__file__).parents[2] / "examples" / "conv_bn.mlir"
    steps = ["--fold-bn", "--minimize-accumulators", "--stream-lower"]
    page_file, output = tmp_path / "page.html", str(tmp_path / "out.mlir")
    assert qnn_opt([*steps, str(example), "--page", str(page_file), "-o", output]) == 0
    with open_page(browser, page_file) as (page, complaints):
        buttons = page.locator("#steps button")
        assert buttons.all_inner_texts() == ["input", *(step[2:] for step in steps)]
        new = "".join(page.locator("#lines .new").all_inner_texts())
        gone = "".join(page.locator("#lines .gone").all_inner_texts())
        assert "qnn.threshold" in new and "qnn.batch_norm" in gone and "qnn.batch_norm" not in new
        buttons.nth(1).focus()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowDown")
        assert page.locator("#step").inner_text() == "stream-lower"
        assert "stream.matvec" in "".join(page.locator("#lines .new").all_inner_texts())
        page.check("#all")
        assert page.locator("#lines details").count() == 0
        assert [rule["id"] for rule in Axe().run(page).response["violations"]] == []
        assert complaints == []


@pytest.mark.slow
def test_a_thousand_layers(browser: Browser, tmp_path: Path) -> None:
    file = reported(layers(LAYERS), tmp_path, "--device", "u250")
    with open_page(browser, file) as (page, complaints):
        assert page.locator("#graph .process").count() == LAYERS + 2
        page.fill("#wanted", "layer_777")
        page.keyboard.press("Enter")
        assert "layer_777" in page.locator("#details h3").inner_text()
        page.locator("summary").first.click()
        assert page.locator("#table tbody tr").count() == LAYERS + 2
        assert complaints == []
