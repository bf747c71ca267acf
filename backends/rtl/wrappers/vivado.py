"""The files of a project for Vivado: its IP cores, and the script that completes them."""

from collections.abc import Sequence

from ...golden_vectors import Files
from .ip_core import IpCore


def vivado_files(cores: Sequence[IpCore], part: str) -> Files:
    """A folder for each core, and the script."""
    files: dict[str, str] = {}
    for core in cores:
        files[f"ip/{core.name}/component.xml"] = core.component()
        files[f"ip/{core.name}/{core.module}.v"] = core.verilog()
    files["package_ip.tcl"] = PACKAGE_IP.format(
        part=part,
        names=" ".join(core.name for core in cores),
        folder=SET_FOLDER if cores[0].has_folder else "",
    )
    return files


PACKAGE_IP = """\
# vivado -mode batch -source package_ip.tcl
#
# Checks and saves the IP cores in the folder ip, which refer to the sources in this folder. Run it
# again if the folder moves. Then add the folder ip to the IP repositories of a Vivado project.

set here [file normalize [file dirname [info script]]]
create_project -in_memory -part {part}
foreach name {{{names}}} {{
    set core [ipx::open_core [file join $here ip $name component.xml]]
{folder}    ipx::update_checksums $core
    ipx::check_integrity $core
    ipx::save_core $core
    ipx::unload_core $core
}}
"""

SET_FOLDER = """\
    foreach found [list [ipx::get_user_parameters FOLDER -of_objects $core] \\
            [ipx::get_hdl_parameters FOLDER -of_objects $core]] {
        set_property value "$here/" $found
    }
"""
