"""The commands of ``osu-companion`` and their options.

Only what the command line itself needs is imported here; see the package's docstring.
"""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from osu_companion.v1.parameters import PARAMETERS

from clients.cli.exits import Exit, run
from clients.cli.generate_app import generate
from clients.cli.mod_app import mod
from clients.cli.models_app import app as models
from clients.cli.optional_values import Commands
from clients.cli.output import make_output
from clients.cli.parameter_options import with_parameters
from clients.cli.request_app import gd, hitsound
from clients.cli.request_options import Preview
from clients.cli.show_app import show
from clients.cli.timing_app import timing
from clients.cli.train_app import SETTINGS, train
from clients.cli.variants_app import app as variants
from clients.cli.variants_app import apply as apply_variant
from clients.cli.wizard_app import wizard

app = typer.Typer(
    name="osu-companion",
    cls=Commands,
    help="Remaps, hitsounds and adds to osu! maps with a model that follows the music, and takes "
    "it back.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)

app.add_typer(models, name="models")

# The largest number that a change of the journal can have, and the most that it can list.
_MOST = 2**63 - 1


def _change(number: int | None) -> int | None:
    # No limit of the option: its help would tell the number, which nobody needs to read.
    if number is not None and abs(number) > _MOST:
        raise typer.BadParameter("no change has such a number; `osu-companion history` lists them.")
    return number


def _count(number: int | None) -> int | None:
    if number is not None and number > _MOST:
        raise typer.BadParameter("no history is as long; without it an export has all.")
    return number


_Json = Annotated[bool, typer.Option("--json", help="One JSON object a line, for programs.")]
_OptionalMap = Annotated[
    Path | None, typer.Argument(metavar="MAP", help="A .osu file; without it, any map.")
]


@app.command()
def serve() -> None:
    """Run the daemon in the foreground."""
    from clients.cli.service import serve as work

    raise typer.Exit(work())


@app.command()
@with_parameters(PARAMETERS["RemapBeatmap"])
def remap(
    map: Annotated[
        Path | None, typer.Argument(metavar="MAP", help="The .osu file to change.")
    ] = None,
    active: Annotated[
        bool, typer.Option("--active", help="The map saved last in Songs, instead of MAP.")
    ] = False,
    start: Annotated[
        str | None,
        typer.Option("--from", metavar="TIME", help="Start: 00:12:345, or milliseconds."),
    ] = None,
    end: Annotated[
        str | None, typer.Option("--to", metavar="TIME", help="End, as for --from.")
    ] = None,
    range_text: Annotated[
        str | None,
        typer.Option(
            "--range",
            metavar="TEXT",
            help='As copied in the editor: "00:12:345 (1,2,3) - 00:16:000 (4) - ".',
        ),
    ] = None,
    seed: Annotated[
        int | None, typer.Option(help="The same seed gives the same objects again.")
    ] = None,
    variants: Annotated[
        int, typer.Option(metavar="N", help="Make N candidates; the best one is applied.")
    ] = 1,
    variant: Annotated[
        int, typer.Option(metavar="I", help="Apply the I-th best of them instead.")
    ] = 1,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print the unified diff and write nothing.")
    ] = False,
    model: Annotated[
        str,
        typer.Option(
            metavar="NAME", help="A model other than the configured one; an adapter behind a plus."
        ),
    ] = "",
    preview: Preview = None,
    as_json: _Json = False,
    *,
    options: dict[str, Any],
) -> None:
    """Put new objects in a time range of a map."""

    def work() -> None:
        from clients.cli.remap import Request
        from clients.cli.remap import remap as work

        request = Request(
            map,
            active,
            start,
            end,
            range_text,
            seed,
            variants,
            variant,
            dry_run,
            model,
            options,
            preview,
        )
        work(request, output)

    output = make_output(as_json)
    run(output, work)


app.command("variant", hidden=True)(apply_variant)
app.add_typer(variants, name="variants")
app.command()(hitsound)
app.command()(gd)
app.command()(mod)
app.command()(timing)
app.command()(generate)
app.command()(show)
app.command()(wizard)


@app.command()
def undo(map: _OptionalMap = None, as_json: _Json = False) -> None:
    """Take back the last change, exactly."""

    def work() -> None:
        from clients.cli.undoing import undo as work

        work(map, output)

    output = make_output(as_json)
    run(output, work)


@app.command()
def redo(map: _OptionalMap = None, as_json: _Json = False) -> None:
    """Repeat what was undone last."""

    def work() -> None:
        from clients.cli.undoing import redo as work

        work(map, output)

    output = make_output(as_json)
    run(output, work)


@app.command()
def restore(
    map: Annotated[Path, typer.Argument(metavar="MAP", help="The .osu file.")],
    at: Annotated[
        str | None,
        typer.Option(
            metavar="TIME", help='"2026-11-23 22:10:30", "22:10" today, or ago: 10m, 2h, 1d.'
        ),
    ] = None,
    entry: Annotated[
        int | None,
        typer.Option(metavar="ID", callback=_change, help="As this change of the history left it."),
    ] = None,
    before: Annotated[
        int | None,
        typer.Option(
            metavar="ID", callback=_change, help="As this change of the history found it."
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print the unified diff and write nothing.")
    ] = False,
    as_json: _Json = False,
) -> None:
    """Bring a map back to what it was at a time; what is there now can be had back by undo."""

    def work() -> None:
        from clients.cli.undoing import restore as work

        work(map, at, entry, before, dry_run, output)

    output = make_output(as_json)
    run(output, work)


@app.command()
def history(
    map: _OptionalMap = None,
    limit: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=1,
            callback=_count,
            help="How many of the newest: 20, for an export all.",
        ),
    ] = None,
    export: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Write JSON Lines, oldest first; - to print them."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the export's file.")] = False,
    as_json: _Json = False,
) -> None:
    """List the changes that were written, newest first."""

    def work() -> None:
        from clients.cli import undoing

        if export is None:
            undoing.history(map, limit, output)
        else:
            undoing.export(map, export, force, limit, output)

    output = make_output(as_json)
    run(output, work)


@app.command()
def status(as_json: _Json = False) -> None:
    """Show what the daemon is doing, and on which device."""

    def work() -> None:
        from clients.cli.service import status as work

        work(output)

    output = make_output(as_json)
    run(output, work)


@app.command()
def stop(
    finish: Annotated[
        bool, typer.Option("--finish", help="Let the running job finish first.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="End a daemon that does not answer.")
    ] = False,
    as_json: _Json = False,
) -> None:
    """Stop the daemon."""

    def work() -> None:
        from clients.cli.service import stop as work

        work(force, finish, output)

    output = make_output(as_json)
    run(output, work)


@app.command()
def allow(
    folder: Annotated[
        str, typer.Argument(metavar="FOLDER", help="A folder with maps, outside Songs.")
    ],
    as_json: _Json = False,
) -> None:
    """Let the daemon read maps in a folder outside Songs."""

    def work() -> None:
        from clients.cli.service import allow as work
        from clients.client.errors import UsageError

        if not folder:  # an unset variable of a script must not open the current folder
            raise UsageError("Which folder? The name is empty.")
        work(Path(folder), output)

    output = make_output(as_json)
    run(output, work)


@app.command()
def tray() -> None:
    """Show the icon in the tray, in the foreground."""
    from clients.tray.app import run as work

    raise typer.Exit(work())


app.command("train", **SETTINGS)(train)


def main() -> None:
    """The console script."""
    try:
        code = app(standalone_mode=False)
    except (KeyboardInterrupt, typer.Abort):
        code = int(Exit.CANCELLED)
    except Exception as error:
        # Errors of the command line itself (an unknown option, a number that is none) come with
        # their own presentation; programs get them as they get every other error.
        if not (hasattr(error, "format_message") and hasattr(error, "show")):
            raise
        code = int(Exit.USAGE)
        if "--json" in sys.argv:
            make_output(as_json=True).error(error, Exit.USAGE)
        else:
            error.show()
    # What is said is said: a late Ctrl-C must not make another exit code of it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise SystemExit(code)


if __name__ == "__main__":
    main()
