"""The command line of `qnn completion`."""

from dataclasses import dataclass

from .shared import Commands, add_command


@dataclass(frozen=True)
class CompletionOptions:
    """The options of `qnn completion`."""

    shell: str


def add_completion(commands: Commands) -> None:
    command = add_command(
        commands,
        "completion",
        CompletionOptions,
        "completion:completion_command",
        "print a completion script for a shell",
        "source <(qnn completion bash)",
    )
    command.add_argument("shell", choices=["bash", "zsh", "tcsh"], help="the shell")
