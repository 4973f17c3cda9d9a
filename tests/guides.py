"""What the guides show: their shell commands, run as a reader would run them."""

from __future__ import annotations

import re
import shlex

from click.testing import CliRunner

from wildvision.cli import main


def commands_of(guide: str) -> list[str]:
    """Return the lines of a guide's blocks of shell."""
    blocks = re.findall(r"```sh\n(.*?)```", guide, re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line]


def run_command(command: str) -> None:
    """Run a line that begins with ``wildvision``; it must end well."""
    program, *arguments = shlex.split(command)
    assert program == "wildvision"
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, (command, result.output)
