"""Exit codes, and the one place where an error becomes a message and a code."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from clients.cli.output import Output
    from clients.client.errors import ClientError


class Exit(IntEnum):
    """What the command's exit code says."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    CHANGED = 3  # the map changed meanwhile; nothing was written
    REFUSED = 4  # not found, not supported, degenerate output
    UNREACHABLE = 5  # the daemon cannot be reached or started
    CANCELLED = 130


def exit_code(error: BaseException) -> Exit:
    """The code for an error of ours, or of a user who pressed Ctrl-C."""
    from osu_companion.local.config import ConfigError

    from clients import patching
    from clients.client import errors

    # Subclasses stand before their bases.
    table: tuple[tuple[type[BaseException], Exit], ...] = (
        (KeyboardInterrupt, Exit.CANCELLED),
        (errors.CancelledError, Exit.CANCELLED),
        (errors.UsageError, Exit.USAGE),
        (errors.ChangedError, Exit.CHANGED),
        (errors.RefusedError, Exit.REFUSED),
        (errors.UnreachableError, Exit.UNREACHABLE),
        (errors.ClientError, Exit.FAILED),
        (patching.BaseChangedError, Exit.CHANGED),
        (patching.UndoConflictError, Exit.CHANGED),
        (patching.NothingToUndoError, Exit.REFUSED),
        (patching.BytesNotKeptError, Exit.REFUSED),
        (patching.MapGoneError, Exit.REFUSED),
        (patching.NameTakenError, Exit.REFUSED),
        (patching.PatchingError, Exit.FAILED),
        (ConfigError, Exit.USAGE),
    )
    for kind, code in table:
        if isinstance(error, kind):
            return code
    return Exit.FAILED


def run(output: Output, work: Callable[[], None]) -> NoReturn:
    """Run a command's work; show what stopped it, and leave with the right code."""
    import typer
    from osu_companion.local.config import ConfigError

    from clients.client.errors import ClientError
    from clients.patching import PatchingError

    code = Exit.DONE
    try:
        with output:
            work()
    except (ClientError, PatchingError, ConfigError, KeyboardInterrupt) as error:
        # A Ctrl-C that comes after the result stops nothing any more, and the result stands.
        if not (isinstance(error, KeyboardInterrupt) and output.finished):
            code = exit_code(error)
            output.error(error, code)
    except BrokenPipeError:
        # Whoever read the output (``| head``) has seen enough: nothing to tell, and nobody to.
        code = Exit.FAILED
        _silence_standard_output()
    except OSError as error:
        code = Exit.FAILED
        output.error(error, code)
    except Exception as error:
        code = Exit.FAILED
        output.error(_accident(error), code)
    raise typer.Exit(int(code))


def _silence_standard_output() -> None:
    """So that what is still buffered does not fail once more when the process ends."""
    import os
    import sys

    nothing = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nothing, sys.stdout.fileno())
    finally:
        os.close(nothing)


def _accident(error: Exception) -> ClientError:
    """A mistake of this program, for people; the traceback goes to a file."""
    import contextlib
    import traceback

    from osu_companion.local.paths import find_paths

    from clients.client.errors import FailedError

    told = ""
    with contextlib.suppress(OSError):
        file = find_paths().logs / "command.log"
        file.parent.mkdir(parents=True, exist_ok=True)
        text = "".join(traceback.format_exception(error))
        file.write_text(text, encoding="utf-8", errors="backslashreplace")
        told = f"; {file} has the details"
    what = str(error).encode(errors="backslashreplace").decode()
    return FailedError(
        f"osu-companion hit an error of its own ({type(error).__name__}: {what}){told}",
        reason="INTERNAL",
    )
