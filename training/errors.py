"""The error that training reports to its user."""


class TrainingError(Exception):
    """An error in a recipe, a network or a file; one line: what is wrong, where, and what to do."""
