"""`qnn estimate`: the estimate of a network in hardware, as tables and as JSON."""
