"""The frame of every command: its parser, and errors as a message on standard error instead of a traceback.

What a person can mend (a configuration, photos, a model directory, a file that cannot be written) ends with status 2;
Ctrl-C ends with 130, as shells expect. Anything else is a defect and keeps its traceback.
"""

from __future__ import annotations

import argparse
import functools
import sys
from collections.abc import Callable, Sequence

from wildvision.errors import WildvisionError

Main = Callable[[Sequence[str] | None], None]
REFUSED, INTERRUPTED = 2, 130  # exit statuses


def command_parser(module: str, doc: str | None) -> argparse.ArgumentParser:
    """Return the parser of ``python -m MODULE``, whose help is the module's docstring as it is written."""
    return argparse.ArgumentParser(
        prog=f"python -m {module}", description=doc, formatter_class=argparse.RawDescriptionHelpFormatter
    )


def command(module: str) -> Callable[[Main], Callable[..., None]]:
    """Make a ``main`` a command: errors raised on purpose, and those of files, become a message and a status.

    Args:
        module: As it is run, to begin the message with.
    """

    def framed(main: Main) -> Callable[..., None]:
        @functools.wraps(main)
        def run(arguments: Sequence[str] | None = None) -> None:
            try:
                main(arguments)
            except (WildvisionError, OSError) as error:
                _leave(REFUSED, f"{module}: {error}")
            except KeyboardInterrupt:
                _leave(INTERRUPTED, f"{module}: stopped; the same command goes on")

        return run

    return framed


def _leave(status: int, message: str) -> None:
    sys.stderr.write(message.encode("utf-8", "backslashreplace").decode("utf-8") + "\n")
    raise SystemExit(status)
