"""The errors that end a command with one line on standard error."""


class UserError(Exception):
    """An error in what the user hands to a command, such as a file; exit status 1."""


class UsageError(Exception):
    """An error in the command line: a wrong or missing option; exit status 2."""
