"""What a user of the trainer did wrong."""


class TrainingError(Exception):
    """A mistake that is told in one line: what is wrong, where, and what would be right."""
