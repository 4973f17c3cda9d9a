"""Options that several commands share, and how the shell completes them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, get_args

import click
from click.shell_completion import CompletionItem

from wildvision.errors import ArchiveError, ModelError, ScanError
from wildvision.images import DEFAULT_LIMITS, ImageLimits
from wildvision.manifest import bundled_models, find_models, load_manifest
from wildvision.model_folder import Precision
from wildvision.parts import DETAILS


def model_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--model``, ``--policy`` and ``--precision``: which network judges, and by which thresholds."""
    for option in (
        click.option(
            "--precision",
            type=click.Choice(get_args(Precision)),
            default="float32",
            show_default=True,
            help="int8 is faster on most CPUs; its scores differ a little.",
        ),
        click.option(
            "--policy",
            metavar="NAME|FILE.json",
            help="Which thresholds to apply; `wildvision models` lists them, `wildvision budget` makes a file.",
            shell_complete=complete_policy,
        ),
        click.option(
            "--model",
            multiple=True,
            metavar="ID|DIR",
            help="A bundled model or a model directory; repeated, all of them in one pass. [default: the released one]",
            callback=_one_or_all,
            shell_complete=complete_model,
        ),
    ):
        command = option(command)
    return command


def detail_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--detail``: how much of an image is looked at."""
    option = click.option(
        "--detail",
        type=click.Choice(DETAILS),
        default="balanced",
        show_default=True,
        help="How closely to look for photos inside an image. fast: those with plain paper around them; balanced: also "
        "those that touch, and long pages; thorough: also tiles of large images, for small things, which takes many "
        "times as long.",
    )
    return option(command)


def _one_or_all(
    _context: click.Context, _parameter: click.Parameter, given: tuple[str, ...]
) -> str | tuple[str, ...] | None:
    return given if len(given) > 1 else given[0] if given else None


class LocalPath(click.Path):
    """A path on this machine; the address of a store is refused, which would become a folder called ``s3:``."""

    def __init__(self, **options: Any) -> None:
        super().__init__(path_type=Path, **options)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path."""
        if ":/" in str(value):
            from wildvision.archive.places import check_local  # noqa: PLC0415  slow to import

            try:
                check_local(value)
            except ScanError as error:
                self.fail(str(error), param, ctx)
        return super().convert(value, param, ctx)


class ScanFolderType(click.Path):
    """The folder of a scan: a path, or a URL in a store, which is copied into the working directory."""

    def __init__(self) -> None:
        super().__init__(exists=True, file_okay=False, path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path; of a URL, that of its copy, brought up to date."""
        from wildvision.archive.mirror import mirror  # noqa: PLC0415
        from wildvision.archive.places import is_remote  # noqa: PLC0415

        if not is_remote(str(value)):
            return super().convert(value, param, ctx)
        folder = Path(str(value).rstrip("/").rpartition("/")[2])
        try:
            copied = mirror(str(value), folder)
        except (ArchiveError, ScanError) as error:
            self.fail(str(error), param, ctx)
        click.echo(f"copied {copied:,} files of {value} into {folder}", err=True)
        return folder


def scan_model_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--model`` to a command that reads a scan, which says itself what its model was."""
    option = click.option(
        "--model",
        metavar="ID|DIR",
        help="The scan's model, where it is not where the scan had it.",
        shell_complete=complete_model,
    )
    return option(command)


def limit_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--max-pixels`` and ``--max-bytes``, passed so: None where one was not given; for `limits`."""
    for option in (
        click.option(
            "--max-bytes",
            type=click.IntRange(1),
            metavar="N",
            help=f"Refuse files of more bytes. [default: {DEFAULT_LIMITS.max_bytes:,}]",
        ),
        pixels_option,
    ):
        command = option(command)
    return command


def pixels_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--max-pixels`` alone."""
    option = click.option(
        "--max-pixels",
        type=click.IntRange(1),
        metavar="N",
        help="Refuse images of more pixels, width times height; decoding so many takes up to 10 bytes each. "
        f"[default: {DEFAULT_LIMITS.max_pixels:,}]",
    )
    return option(command)


def limits(max_pixels: int | None, max_bytes: int | None) -> ImageLimits:
    """Return the limits with ``--max-pixels`` and ``--max-bytes`` as given, or the default ones."""
    return ImageLimits(
        max_pixels=DEFAULT_LIMITS.max_pixels if max_pixels is None else max_pixels,
        max_bytes=DEFAULT_LIMITS.max_bytes if max_bytes is None else max_bytes,
    )


def complete_model(
    _context: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[CompletionItem[str]]:
    """Complete the id of a bundled model, or a directory where none begins so."""
    return starting_with(incomplete, bundled_models()) or [CompletionItem(incomplete, type="dir")]


def complete_policy(
    context: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[CompletionItem[str]]:
    """Complete the name of a policy of the model that stands on the line, else of the default one."""
    try:
        policies = load_manifest(find_models(context.params.get("model") or None)[0]).policies
    except ModelError:
        return []
    return starting_with(incomplete, policies)


def starting_with(incomplete: str, words: Iterable[str]) -> list[CompletionItem[str]]:
    """Return the words that begin so, as click's completion takes them."""
    return [CompletionItem(word) for word in words if word.startswith(incomplete)]
