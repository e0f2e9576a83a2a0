"""``osu-companion mod``: ask, show, dismiss; :mod:`clients.cli.fixing` makes suggested edits."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from osu_companion.local.paths import Paths, find_paths
from osu_companion.v1.parameters import ModOptions

from clients.cli import picture_files
from clients.cli.asking import chosen_map, follow_job, opened_map, result_fields, span
from clients.cli.output import Output
from clients.client import Client
from clients.client.errors import UsageError
from clients.notices import Teller
from clients.patching import Patcher
from clients.reports.reading import Report, everything, only_new

if TYPE_CHECKING:
    from osu_companion.v1 import jobs_pb2

FORMATS = ("text", "json", "markdown", "html")
# Where standard output is no terminal: wide enough that no id is broken into two.
_PLAIN_WIDTH = 160


@dataclass(frozen=True, slots=True)
class Request:
    """The options of ``mod``, as given; ``options`` by the names of the contract."""

    map: Path | None
    active: bool
    mapset: bool
    start: str | None
    end: str | None
    range_text: str | None
    form: str
    file: Path | None
    force: bool
    new: bool
    dismissed: bool
    dismiss: list[str]
    restore: list[str]
    fix: list[str]
    rules_only: bool
    dry_run: bool
    preview: str | None
    model: str
    options: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Modded:
    """A report as the request wants to see it, and where it comes from."""

    job_id: str
    result: jobs_pb2.JobResult
    report: Report


def mod(request: Request, output: Output) -> None:
    """Say what rules and a model have to say of a map; or dismiss, or edit.

    Raises:
        ClientError, PatchingError, KeyboardInterrupt: see :mod:`clients.cli.exits`.
    """
    _refuse_contradictions(request)
    span(request.start, request.end, request.range_text)
    path = chosen_map(request.map, request.active)
    paths = find_paths()
    with Client.connect(paths, output.notice) as client:
        path = opened_map(client, path, output)
        if request.dismiss or request.restore:
            _dismiss(client, path, request, output)
        elif request.fix:
            from clients.cli.fixing import fix

            fix(client, paths, path, request, output)
        else:
            _show(client, paths, path, request, output)


def ask(client: Client, path: Path, request: Request, teller: Teller, output: Output) -> Modded:
    """The report of a new job; what is dismissed and what is not new are in it as asked."""
    start, end, range_text = span(request.start, request.end, request.range_text)
    stream = client.mod(
        path,
        start_ms=start,
        end_ms=end,
        range_text=range_text,
        mapset=request.mapset,
        rules_only=request.rules_only,
        model=request.model,
        options=ModOptions(**request.options),
    )
    result = follow_job(client, stream, teller, output)
    return Modded(stream.job_id, result, as_asked(json.loads(result.report.json), request))


def as_asked(report: Report, request: Request) -> Report:
    """The report with and without what the options want to see."""
    if request.dismissed:
        report = everything(report)
    return only_new(report) if request.new else report


def _show(client: Client, paths: Paths, path: Path, request: Request, output: Output) -> None:
    teller = Teller(Patcher(paths.state), path, output.told)
    if request.file is not None:
        picture_files.require_free(client, request.file, force=request.force)
    modded = ask(client, path, request, teller, output)
    report = modded.report
    to_file = request.file is not None or request.form == "html"
    text = rendered(report, request.form, to_file=to_file)
    written: Path | None = None
    if to_file:
        written = _written(client, paths, path, text, request)
        text = f"{_summary(report)} The report is in {written}"
    output.result(
        result_fields(modded.job_id, modded.result)
        | {
            "path": str(path),
            "model_asked": modded.result.report.model_asked,
            "output": None if written is None else str(written),
            "report": report,
        },
        text.rstrip("\n"),
    )


def _written(client: Client, paths: Paths, path: Path, text: str, request: Request) -> Path:
    data = text.encode("utf-8")
    if request.file is not None:
        return picture_files.write(client, data, request.file, force=request.force)
    wanted = Path(f"{path.stem} modding.html")
    return picture_files.write_beside(client, data, wanted, paths.cache, "reports")


def rendered(report: Report, form: str, *, to_file: bool) -> str:
    """The report in one of ``FORMATS``."""
    match form:
        case "json":
            # A console may lack characters that maps have; JSON can do without.
            lacks = not to_file and not _writes_everything()
            return json.dumps(report, ensure_ascii=lacks, allow_nan=False, indent=1) + "\n"
        case "markdown":
            from clients.reports.markdown import to_markdown

            return to_markdown(report)
        case "html":
            from clients.reports.page import to_html

            return to_html(report)
    return _as_text(report, to_file)


def _as_text(report: Report, to_file: bool) -> str:
    from rich.console import Console

    from clients.reports.terminal import print_report

    terminal = not to_file and sys.stdout.isatty()
    console = Console(no_color=not terminal, width=None if terminal else _PLAIN_WIDTH)
    if not terminal:
        console = Console(force_terminal=False, width=_PLAIN_WIDTH)
    with console.capture() as captured:
        print_report(report, console)
    return "".join(f"{line.rstrip()}\n" for line in captured.get().splitlines())


def _writes_everything() -> bool:
    return (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"


def _summary(report: Report) -> str:
    from clients.reports.reading import map_name, summary

    return f"{map_name(report)}: {summary(report)}."


def _dismiss(client: Client, path: Path, request: Request, output: Output) -> None:
    dismissed: list[str] = []
    if request.dismiss:
        dismissed = client.dismiss(path, request.dismiss)
    if request.restore:
        dismissed = client.dismiss(path, request.restore, restore=True)
    done = [f"{len(request.dismiss)} dismissed"] if request.dismiss else []
    done += [f"{len(request.restore)} restored"] if request.restore else []
    lines = [f"{path.name}: {', '.join(done)}."]
    if dismissed:
        lines += ["Dismissed of it now (`--restore ID` takes one back):"]
        lines += [f"  {name}" for name in dismissed]
    output.result({"path": str(path), "dismissed": dismissed}, "\n".join(lines))


def _refuse_contradictions(request: Request) -> None:
    """Raises UsageError for options that mean nothing together."""
    if request.form not in FORMATS:
        raise UsageError(
            f"There is no format {request.form!r}: --format takes {', '.join(FORMATS)}."
        )
    changes = request.dismiss or request.restore
    shows = request.form != "text" or request.file is not None or request.new or request.dismissed
    if changes and (request.fix or shows):
        raise UsageError(
            "--dismiss and --restore show no report and make no edits; run the command once more"
            " for that."
        )
    if request.fix and (request.form != "text" or request.file is not None):
        raise UsageError("--fix makes edits and shows no report: leave --format and --output out.")
    if not request.fix and (request.dry_run or request.preview is not None):
        raise UsageError("Nothing is changed without --fix: --dry-run and --preview go with it.")
    if request.force and request.file is None:
        raise UsageError("--force goes with --output FILE, which it replaces.")
