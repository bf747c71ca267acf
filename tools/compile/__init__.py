"""`qnn compile`: projects for the vendor's tools, with golden vectors, summaries and units."""
