"""Models of the resources and the timing of a design, and the search for the best design."""
