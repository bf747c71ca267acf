"""The targets of `qnn compile`: a language, the devices that it is for, and its project."""

from collections.abc import Callable
from dataclasses import dataclass

from ...backends import hls, opencl
from ...backends.project import DesignSource, Project
from ...hardware.resources.device import Device
from ...qdialect.stream import DesignOp
from ..errors import UserError


@dataclass(frozen=True)
class Target:
    """A language, and how a design becomes a project in it."""

    name: str
    vendor: str
    example: str
    """The name of one of the vendor's devices."""
    emit: Callable[[DesignOp, str], DesignSource]
    project: type[Project]

    def check_device(self, device: Device) -> None:
        """Raises if the device is another vendor's."""
        if device.vendor != self.vendor:
            raise UserError(
                f"{device.name} is a device of vendor {device.vendor}: --target {self.name} "
                f"needs one of {self.vendor}, such as {self.example}"
            )


TARGETS = {
    "hls": Target("hls", "xilinx", "z7020", hls.emit, hls.HlsProject),
    "opencl": Target("opencl", "intel", "arria10-gx1150", opencl.emit, opencl.OpenclProject),
}
