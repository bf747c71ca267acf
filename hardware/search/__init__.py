"""Search: the space of foldings, the best folding for a device, the best cut over several."""
