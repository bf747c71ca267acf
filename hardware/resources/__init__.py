"""Resources: the devices, and the cost of each process on them."""
