"""The driver: the registry of passes, the pipeline that runs them, and its hooks."""
