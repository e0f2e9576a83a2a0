"""``osu-companion models``: list, pull, info, remove, use."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from clients.cli.output import Output
from clients.client import Client
from clients.client.errors import CancelledError, UsageError
from clients.client.requests import model_name
from clients.progress import size_words

if TYPE_CHECKING:
    from osu_companion.v1 import models_pb2

_MODES = ("osu", "taiko", "catch", "mania")
_KINDS = {1: "starter", 2: "checkpoint", 3: "adapter", 4: "refiner", 5: "folder"}
_DEFAULT = "default"


def list_models(output: Output) -> None:
    """Show what is installed, what can be had, and what each task gets.

    Raises:
        ClientError: the daemon cannot be reached.
    """
    with Client.connect(say=output.notice) as client:
        answer = client.list_models()
    fields = {
        "models": [model_fields(model) for model in answer.models],
        "tasks": [_task_fields(task) for task in answer.tasks],
    }
    output.result(fields, _list_text(answer))


def pull(name: str, modes: Sequence[int], output: Output) -> None:
    """Download a model.

    Raises:
        ClientError: it cannot be had; a CancelledError where Ctrl-C stopped it.
    """
    last: models_pb2.PullProgress | None = None
    result: models_pb2.PullResult | None = None
    with Client.connect(say=output.notice) as client, client.pull_model(name, modes) as stream:
        try:
            for event in stream:
                if event.WhichOneof("event") == "result":
                    result = event.result
                else:
                    last = event.progress
                    output.pulling(last)
        except KeyboardInterrupt:
            raise CancelledError(_stopped(name, last), reason="CANCELLED") from None
    assert result is not None, "the stream ends with a result or an error"
    fields = {
        "model": model_fields(result.model),
        "downloaded_bytes": result.downloaded_bytes,
        "updated": result.updated,
        "now_used_for": list(result.now_used_for),
    }
    output.result(fields, _pulled_text(result))


def info(name: str, deep: bool, ask_hub: bool, output: Output) -> None:
    """Show what is known of a model.

    Raises:
        ClientError: nothing is, or the daemon cannot be reached.
    """
    with Client.connect(say=output.notice) as client:
        answer = client.describe_model(model_name(name), deep, ask_hub)
    fields = {
        **model_fields(answer.model),
        "whole": not answer.problems if answer.model.installed else None,
        "checked": "every byte" if deep else "quickly",
        "problems": list(answer.problems),
        "weights_dtype": answer.weights_dtype,
        "window_ms": answer.window_ms,
        "mappers": answer.mappers,
        "descriptors": answer.descriptors,
        "contexts": list(answer.contexts),
        "hub": {
            "error": answer.hub.error,
            "revision": answer.hub.revision,
            "size_bytes": answer.hub.size_bytes,
            "licence": answer.hub.licence,
            "own_modes": list(answer.hub.own_modes),
        }
        if answer.HasField("hub")
        else None,
    }
    output.result(fields, _info_text(answer, deep))


def remove(name: str, output: Output) -> None:
    """Free the space of a model.

    Raises:
        ClientError: it is not here, in use, or the user's own.
    """
    with Client.connect(say=output.notice) as client:
        answer = client.remove_model(model_name(name))
    lines = [f"Removed {name}; {size_words(answer.freed_bytes)} are free again."]
    if answer.unloaded:
        lines.append("It was loaded, and was unloaded first.")
    lines += [
        f"{task.task} is set to {task.short_name}, which is not installed now: "
        f"`osu-companion models use default --for {task.task}` takes that back."
        for task in answer.tasks
        if not task.installed
    ]
    fields = {
        "name": answer.name,
        "freed_bytes": answer.freed_bytes,
        "unloaded": answer.unloaded,
        "tasks": [_task_fields(task) for task in answer.tasks],
    }
    output.result(fields, "\n".join(lines))


def use(name: str, tasks: Sequence[str], output: Output) -> None:
    """Choose the model for every task, or for some.

    Raises:
        ClientError: no name, no such model here, or the choice cannot be written.
    """
    if not name:  # an unset variable in a script takes nobody's choices back
        raise UsageError('Which model? The name is empty; "default" takes the choice back.')
    wanted = "" if name == _DEFAULT else model_name(name)
    with Client.connect(say=output.notice) as client:
        for task in tasks or ("",):
            answer = client.use_model(wanted, task)
    lines = _tasks_text(answer.tasks)
    lines += [f"Note: {warning}." for warning in answer.warnings]
    fields = {
        "tasks": [_task_fields(task) for task in answer.tasks],
        "config": answer.config_file,
        "warnings": list(answer.warnings),
    }
    output.result(fields, "\n".join(lines))


def model_fields(model: models_pb2.Model) -> dict[str, Any]:
    """A model for programs."""
    return {
        "name": model.name,
        "short_name": model.short_name,
        "kind": _KINDS.get(model.kind, ""),
        "description": model.description,
        "installed": model.installed,
        "configured": model.configured,
        "loaded": model.loaded,
        "device": model.device,
        "precision": model.precision,
        "family": model.family,
        "parameters": model.parameters,
        "size_bytes": model.size_bytes,
        "download_bytes": model.download_bytes,
        "waiting_bytes": model.waiting_bytes,
        "best_for": list(model.best_for),
        "used_for": list(model.used_for),
        "modes": [_MODES[mode] for mode in model.modes if mode < len(_MODES)],
        "own_modes": [_MODES[mode] for mode in model.own_modes if mode < len(_MODES)],
        "missing_modes": [_MODES[mode] for mode in model.missing_modes if mode < len(_MODES)],
        "needs": list(model.needs),
        "revision": model.revision,
        "licence": model.licence,
        "folder": model.folder,
        "adapter": model.adapter,
    }


def _task_fields(task: models_pb2.TaskModel) -> dict[str, Any]:
    return {
        "task": task.task,
        "model": task.model,
        "short_name": task.short_name,
        "reason": task.reason,
        "installed": task.installed,
    }


def _list_text(answer: models_pb2.ListModelsResponse) -> str:
    here = [model for model in answer.models if model.installed]
    away = [model for model in answer.models if not model.installed]
    width = max([len(model.short_name or model.name) for model in answer.models] or [0])
    lines = ["Installed:"] if here else ["No model is installed."]
    for model in here:
        mark = "*" if model.configured else " "
        words = [model.description] if model.description else []
        if model.loaded:
            words.append(f"loaded on {model.device} ({model.precision})")
        if model.used_for:
            words.append("used for " + ", ".join(model.used_for))
        if model.waiting_bytes:
            words.append(f"a download stopped at {size_words(model.waiting_bytes)}")
        lines.append(f"{mark} {_row(model, width, size_words(model.size_bytes), words)}")
    if away:
        lines += ["", "To be had with `osu-companion models pull NAME`:"]
    for model in away:
        size = f"~{size_words(model.download_bytes)}" if model.download_bytes else "?"
        words = [model.description] if model.description else []
        if model.waiting_bytes:
            words.append(f"stopped at {size_words(model.waiting_bytes)}, pull carries on")
        if model.used_for:
            words.append("set for " + ", ".join(model.used_for) + ", but not installed")
        lines.append(f"  {_row(model, width, size, words)}")
    if answer.tasks:
        lines += ["", "What each task gets:", *_tasks_text(answer.tasks)]
    return "\n".join(lines)


def _row(model: models_pb2.Model, width: int, size: str, words: list[str]) -> str:
    return f"{model.short_name or model.name:<{width}}  {size:>8}  {'; '.join(words)}".rstrip()


def _tasks_text(tasks: Sequence[models_pb2.TaskModel]) -> list[str]:
    width = max(len(task.short_name) for task in tasks)
    return [
        f"  {task.task + ':':<18}{task.short_name:<{width}}  ({task.reason}"
        + ("" if task.installed else "; NOT INSTALLED")
        + ")"
        for task in tasks
    ]


def _stopped(name: str, last: models_pb2.PullProgress | None) -> str:
    if last is None or not last.bytes_total:
        return "Stopped; nothing was downloaded."
    return (
        f"Stopped. {size_words(last.bytes_done)} of {size_words(last.bytes_total)} are here; "
        f"`osu-companion models pull {name}` carries on from there."
    )


def _pulled_text(result: models_pb2.PullResult) -> str:
    model = result.model
    name = model.short_name or model.name
    came = f"{size_words(result.downloaded_bytes)} downloaded" if result.downloaded_bytes else ""
    words = came or "everything was here already"
    lines = [f"{name} is installed: {size_words(model.size_bytes)} on disk, {words}."]
    if model.revision:
        lines.append(f"Revision {model.revision[:12]}; it stays until you pull again.")
    if result.now_used_for:
        lines.append(f"From now on it is used for {', '.join(result.now_used_for)}.")
    elif model.used_for:
        lines.append(f"It is used for {', '.join(model.used_for)}.")
    elif _KINDS.get(model.kind) == "adapter":
        lines.append(
            "It changes the model that it was made for: "
            f'`osu-companion models use "v32 + {name}"`, if that is v32.'
        )
    elif _KINDS.get(model.kind) == "checkpoint":
        lines.append(f"No task uses it yet: `osu-companion models use {name} --for remap`.")
    return "\n".join(lines)


def _info_text(answer: models_pb2.DescribeModelResponse, deep: bool) -> str:
    model, hub = answer.model, answer.hub
    rows = [("Model", model.name), ("", model.description)]
    if model.adapter:
        rows.append(("Adapter", model.adapter))
    if model.installed:
        rows.append(("Folder", model.folder))
        rows.append(("Size", f"{size_words(model.size_bytes)} on disk"))
        checked = "every byte was read" if deep else "checked quickly; --deep reads every byte"
        whole = f"yes ({checked})" if not answer.problems else "NO"
        rows.append(("Whole", whole))
        rows += [("", problem) for problem in answer.problems]
        if answer.problems and model.kind != 5 and not model.adapter:
            name = model.short_name or model.name
            rows.append(("", f"`osu-companion models pull {name}` mends it"))
    else:
        size = f", about {size_words(model.download_bytes)}" if model.download_bytes else ""
        rows.append(("Installed", f"no{size}"))
    if model.waiting_bytes:
        rows.append(("Stopped at", f"{size_words(model.waiting_bytes)}; pull carries on"))
    if model.family or model.parameters:
        parameters = f"{model.parameters / 1e6:.1f} M parameters" if model.parameters else ""
        rows.append(("Family", ", ".join(filter(None, (model.family, parameters)))))
    if answer.weights_dtype:
        rows.append(("Weights", answer.weights_dtype))
    if model.modes:
        rows.append(("Modes", _mode_words(model)))
    if answer.contexts:
        rows.append(("Writes", ", ".join(answer.contexts)))
    if answer.mappers:
        rows.append(("Knows", f"{answer.mappers} mappers, {answer.descriptors} descriptors"))
    if model.needs:
        rows.append(("Needs", ", ".join(model.needs)))
    if model.used_for:
        rows.append(("Used for", ", ".join(model.used_for)))
    if model.best_for:
        rows.append(("Best for", ", ".join(model.best_for)))
    if model.revision:
        rows.append(("Revision", model.revision))
    licence = model.licence or hub.licence
    if licence:
        rows.append(("Licence", licence))
    if answer.HasField("hub"):
        rows.append(("Hub", _hub_words(model, hub)))
    return "\n".join(f"{name + ':' if name else '':<12}{value}" for name, value in rows if value)


def _mode_words(model: models_pb2.Model) -> str:
    words = ", ".join(_MODES[mode] for mode in model.modes)
    own = [_MODES[mode] for mode in model.own_modes]
    missing = [_MODES[mode] for mode in model.missing_modes]
    if own:
        words += f"; with fine-tunes for {', '.join(own)}"
    if missing:
        words += f"; fine-tunes for {', '.join(missing)} are not downloaded"
    return words


def _hub_words(model: models_pb2.Model, hub: models_pb2.HubAnswer) -> str:
    if hub.error:
        return hub.error
    size = size_words(hub.size_bytes)
    if not model.revision:
        return f"{size} to download"
    if hub.revision == model.revision:
        return "has the same revision"
    return f"has another revision ({hub.revision[:12]}, {size}); pull again to get it"
