"""The families of devices that Yosys synthesises for, and the cells that it maps a design to."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

CellWeights = Mapping[str, float]
"""How much of a resource each cell takes, by a regular expression for the cell's name."""


@dataclass(frozen=True)
class Area:
    """The resources of a netlist."""

    lut: float = 0
    """LUTs, with those of memories and of carry chains. Two small ones may share one in a slice."""
    ff: float = 0
    carry: float = 0
    """Cells of carry chains."""
    blocks: float = 0
    """Block memories."""
    dsp: float = 0
    latch: float = 0

    def __add__(self, other: "Area") -> "Area":
        mine, others = vars(self).values(), vars(other).values()
        return Area(*(a + b for a, b in zip(mine, others, strict=True)))


@dataclass(frozen=True)
class Family:
    """A family of devices: how Yosys synthesises for it, and what its cells take."""

    name: str
    title: str
    vendor: str | None
    """The vendor whose devices the cost model describes; None if it knows no device."""
    libraries: str
    """The command that reads the cells."""
    synthesise: str
    """The command that maps modules, which have been read, to cells, with `{dsp}` for one of these
    options."""
    cells: Mapping[str, CellWeights]
    """The cells that take each resource of an `Area`."""
    block_name: str = "blocks"
    """The name of block memories in reports."""
    with_dsps: str = ""
    without_dsps: str = "-nodsp"

    def mapping(self, in_dsps: bool) -> str:
        """The command that maps modules to cells, with all products in DSPs or none."""
        return self.synthesise.format(dsp=self.with_dsps if in_dsps else self.without_dsps)

    def area_of(self, counts: Mapping[str, int]) -> Area:
        """The resources of the cells of a netlist."""
        return Area(**{kind: weighed(weights, counts) for kind, weights in self.cells.items()})

    def figures(self, area: Area) -> dict[str, float]:
        """The resources by the names of reports; whole numbers are integers."""
        found = {
            "lut": area.lut,
            "ff": area.ff,
            "carry": area.carry,
            self.block_name: area.blocks,
            "dsp": area.dsp,
        }
        return {
            name: int(amount) if amount == int(amount) else amount for name, amount in found.items()
        }


def weighed(weights: CellWeights, counts: Mapping[str, int]) -> float:
    return sum(
        weight * number
        for cell, number in counts.items()
        for pattern, weight in weights.items()
        if re.fullmatch(pattern, cell)
    )


XILINX_LUTS: CellWeights = {
    r"LUT\d|INV|SRL16E|SRLC16E|SRLC32E|RAM(32|64)X1S": 1,
    r"RAM(32|64)X1D|RAM128X1S": 2,
    r"RAM128X1D|RAM256X1S|RAM32M|RAM64M": 4,
    r"RAM256X1D|RAM512X1S|RAM32M16|RAM64M8": 8,
}
"""The LUTs of a slice that each cell of LUT memory takes (UG474, table 2-3; UG574, table 2-2)."""

XILINX_LIBRARIES = "read_verilog -lib -specify +/xilinx/cells_sim.v +/xilinx/cells_xtra.v"


def xilinx_family(name: str, title: str, generation: int, carry: str, dsp: str) -> Family:
    """A family of AMD Xilinx; the names of its block memories end with a generation."""
    return Family(
        name,
        title,
        vendor="xilinx",
        libraries=XILINX_LIBRARIES,
        synthesise=f"synth_xilinx -family {name} -noiopad -noclkbuf {{dsp}} -run prepare:check",
        cells={
            "lut": XILINX_LUTS,
            "ff": {r"FD[RSCP]E(_1)?": 1},
            "carry": {carry: 1},
            "blocks": {f"RAMB18E{generation}": 0.5, f"RAMB36E{generation}": 1},
            "dsp": {dsp: 1},
            "latch": {r"LD[CP]E": 1},
        },
        block_name="bram36",
    )


ECP5 = Family(
    name="ecp5",
    title="Lattice ECP5",
    vendor=None,
    libraries="read_verilog -lib -specify +/lattice/cells_sim_ecp5.v +/lattice/cells_bb_ecp5.v",
    synthesise="synth_ecp5 {dsp} -run coarse:check",
    cells={
        # A carry cell takes both LUTs of a slice; a memory of 16 words takes those of three slices.
        "lut": {"LUT4": 1, "CCU2C": 2, "TRELLIS_DPR16X4": 6},
        "ff": {"TRELLIS_FF": 1},
        "carry": {"CCU2C": 1},
        "blocks": {"DP16KD|PDPW16KD": 1},
        "dsp": {"MULT18X18D": 1, "MULT9X9D": 0.5},
    },
)

ICE40 = Family(
    name="ice40",
    title="Lattice iCE40 UltraPlus",
    vendor=None,
    libraries="read_verilog -D ICE40_U -lib -specify +/ice40/cells_sim.v",
    synthesise="synth_ice40 -device u {dsp} -run coarse:check",
    cells={
        "lut": {"SB_LUT4": 1},
        "ff": {r"SB_DFF\w*": 1},
        "carry": {"SB_CARRY": 1},
        "blocks": {r"SB_RAM40_4K\w*": 1},
        "dsp": {"SB_MAC16": 1},
    },
    with_dsps="-dsp",
    without_dsps="",
)

GOWIN = Family(
    name="gowin",
    title="Gowin GW2A",
    vendor=None,
    libraries="read_verilog -specify -lib +/gowin/cells_sim.v +/gowin/cells_xtra_gw2a.v",
    synthesise="synth_gowin -family gw2a -noiopads {dsp} -run coarse:check",
    cells={
        "lut": {r"LUT[1-4]|ALU|INV": 1, r"RAM16S\w*4": 4, r"RAM16S\w*2": 2, r"RAM16S\w*1": 1},
        "ff": {r"DFF\w*": 1},
        "carry": {"ALU": 1},
        "blocks": {r"(SP|SDPB|DPB|pROM|SPX9|SDPX9B|DPX9B|pROMX9)": 1},
        "dsp": {"MULT9X9": 0.5, "MULT18X18": 1, "MULT36X36": 4},
        "latch": {r"DL\w*": 1},
    },
)

CYCLONE_V = Family(
    name="cyclonev",
    title="Intel Cyclone V",
    vendor=None,
    libraries="\n".join(
        [
            "read_verilog -specify -lib -D cyclonev +/intel_alm/cyclonev/cells_sim.v",
            *(
                f"read_verilog -specify -lib -D cyclonev +/intel_alm/common/{name}_sim.v"
                for name in ("alm", "dff", "dsp", "mem", "misc")
            ),
            "read_verilog -specify -lib -D cyclonev -icells +/intel_alm/common/abc9_model.v",
            "read_verilog -lib +/intel_alm/common/megafunction_bb.v",
        ]
    ),
    synthesise="synth_intel_alm -family cyclonev -noiopad -noclkbuf {dsp} -run coarse:check",
    cells={
        "lut": {r"MISTRAL_ALUT\w+|MISTRAL_NOT": 1, "MISTRAL_MLAB": 1},
        "ff": {"MISTRAL_FF": 1},
        "carry": {"MISTRAL_ALUT_ARITH": 1},
        "blocks": {"MISTRAL_M10K": 1},
        "dsp": {"MISTRAL_MUL9X9": 1 / 3, "MISTRAL_MUL18X18": 0.5, "MISTRAL_MUL27X27": 1},
    },
)

XC7 = xilinx_family("xc7", "AMD 7 series", 1, "CARRY4", "DSP48E1")

FAMILIES = {
    family.name: family
    for family in (
        XC7,
        xilinx_family("xcup", "AMD UltraScale+", 2, "CARRY8|CARRY4", "DSP48E2"),
        ECP5,
        ICE40,
        GOWIN,
        CYCLONE_V,
    )
}
