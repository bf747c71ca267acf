"""What a design costs: its resources, its timing, and the search for the best design."""
