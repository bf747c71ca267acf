"""`partition`: cuts a design into one for each device of a chain."""

from .cut_design import cut_design
from .device_chain import DeviceChain
from .partition import PartitionPass, partition_design

__all__ = ["DeviceChain", "PartitionPass", "cut_design", "partition_design"]
