"""The configuration: ``config.toml``, each key overridable by ``OSU_COMPANION_<KEY>``.

The fields of :class:`Config` are the keys; their metadata is their documentation, from which
:func:`default_text` makes the file that a new user finds. Lists in the environment are separated
as the platform separates paths (``;`` on Windows, ``:`` elsewhere).
"""

from __future__ import annotations

import difflib
import json
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

PREFIX = "OSU_COMPANION_"
# Variables with the prefix that are not keys.
_NOT_KEYS = frozenset({"HOME"})
_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"0", "false", "no", "off"})


class ConfigError(Exception):
    """A configuration that cannot be used; the message names file or variable, key and remedy."""


def _key(default: Any, doc: str, *, low: float | None = None, one_of: tuple[str, ...] = ()) -> Any:
    metadata = {"doc": doc, "low": low, "one_of": one_of}
    return field(default=default, metadata=metadata)


def _task_model(what: str) -> Any:
    return _key("", f"The model for {what}, where it is another than `model`.")


@dataclass(frozen=True, slots=True)
class Config:
    """Every key, with its default and its documentation."""

    songs: str = _key("", "The Songs folder. Empty: found through osu!'s own configuration.")
    watch: bool = _key(True, "Watch the Songs folder to know the map saved last.")
    allowed_folders: tuple[str, ...] = _key(
        (),
        "Folders besides Songs whose maps may be read (with all folders below them).\n"
        '`osu-companion allow FOLDER` adds one. Example: ["D:\\\\maps", "/home/me/maps"]',
    )
    mapper_name: str = _key(
        "",
        "Your name in the editor; several are separated by commas. Before a map whose Creator is\n"
        "somebody else is changed, you are told so. Empty: the name in osu!'s own configuration.",
    )
    model: str = _key(
        "",
        'The model for requests that name none: "starter" (comes with the program), a published\n'
        'one ("v32"), a folder, or a hub repository (owner/name); "MODEL + ADAPTER" with a LoRA\n'
        "adapter (a folder or a hub repository). Empty: for each task the\n"
        "published one that is best for it of those that are installed, else the starter.\n"
        "`osu-companion models use NAME` sets it, at once.",
    )
    remap_model: str = _task_model("remaps")
    map_model: str = _task_model("whole maps")
    guest_difficulty_model: str = _task_model("new difficulties")
    hitsounds_model: str = _task_model("hitsounds")
    modding_model: str = _task_model("modding")
    timing_model: str = _task_model("timing")
    refiner: str = _key(
        "OliBomby/osu-diffusion-v2",
        "The position refiner for models that need one (v28, v29): a folder or a hub repository.",
    )
    device: str = _key(
        "auto",
        'Where the model runs. "auto" takes a GPU if there is one.',
        one_of=("auto", "cpu", "cuda", "rocm", "mps"),
    )
    precision: str = _key(
        "auto",
        "Number format of the model.",
        one_of=("auto", "float32", "bfloat16", "float16"),
    )
    threads: int = _key(0, "CPU threads of the model. 0: one for a small model, else all.", low=0)
    keep_alive_minutes: float = _key(
        10.0,
        "How long the model stays in memory after the last request. 0: not at all; below 0: for"
        " ever.",
    )
    queue_size: int = _key(16, "How many jobs may wait before new ones are refused.", low=1)
    max_variants: int = _key(8, "The most variants one request may ask for.", low=1)
    keep_variants_hours: float = _key(
        24.0, "How long finished jobs and their variants can be fetched again.", low=0
    )
    log_level: str = _key(
        "info", "How much the log says.", one_of=("debug", "info", "warning", "error")
    )


@dataclass(frozen=True, slots=True)
class LoadedConfig:
    """A configuration, and what was odd about its source but did not prevent its use."""

    config: Config
    warnings: tuple[str, ...] = ()


def load_config(path: Path, environ: Mapping[str, str] | None = None) -> LoadedConfig:
    """Read the file (absent: all defaults) and apply the environment over it.

    Raises:
        ConfigError: the file is not TOML, or a value is not what its key takes.
    """
    environ = os.environ if environ is None else environ
    values: dict[str, Any] = {}
    warnings: list[str] = []
    known = {item.name: item for item in fields(Config)}
    for name, value in _read_toml(path).items():
        if name in known:
            values[name] = _from_toml(path, known[name], value)
        else:
            warnings.append(f"{path}: there is no key {name!r}{_meant(name, known)}; it is ignored")
    for variable, text in environ.items():
        if not variable.startswith(PREFIX) or variable[len(PREFIX) :] in _NOT_KEYS:
            continue
        name = variable[len(PREFIX) :].lower()
        if name in known:
            values[name] = _from_environ(variable, known[name], text)
    return LoadedConfig(Config(**values), tuple(warnings))


def default_text() -> str:
    """A config.toml that documents every key and changes none."""
    parts = [
        "# osu! editor companion. Every key is commented out and shows its default; remove the #",
        f"# to change it. Each can be overridden by an environment variable {PREFIX}<KEY>.",
        "# Changes take effect when the daemon starts again; allowed_folders at once.",
    ]
    for item in fields(Config):
        parts.append("")
        parts += [f"# {line}" for line in str(item.metadata["doc"]).split("\n")]
        if item.metadata["one_of"]:
            parts.append("# One of: " + ", ".join(item.metadata["one_of"]) + ".")
        parts.append(f"#{item.name} = {_toml(item.default)}")
    return "\n".join(parts) + "\n"


def write_default(path: Path) -> bool:
    """Create the file with :func:`default_text`; False where there is one already."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(default_text())
    except FileExistsError:
        return False
    return True


def allow_folder(path: Path, folder: Path) -> bool:
    """Add a folder to ``allowed_folders`` in the file, leaving the rest of it as it is.

    Returns False where it is listed already. A running daemon takes notice at its next request.

    Raises:
        ConfigError: no such folder, or the file cannot be edited safely.
    """
    folder = Path(os.path.realpath(folder.expanduser()))
    if not folder.is_dir():
        raise ConfigError(f"{folder} is not a folder")
    write_default(path)
    before = _read_toml(path)
    listed = before.get("allowed_folders", [])
    if not isinstance(listed, list) or not all(isinstance(item, str) for item in listed):
        raise ConfigError(f"{path}: allowed_folders must be a list of strings; mend it first")
    if str(folder) in listed:
        return False
    _write_keys(path, {"allowed_folders": [*listed, str(folder)]}, before)
    return True


def set_keys(path: Path, values: Mapping[str, Any]) -> None:
    """Set keys in the file, or with None have them be their defaults; the rest stays as it is.

    Raises:
        ConfigError: no such key, or the file cannot be edited safely.
    """
    known = {item.name for item in fields(Config)}
    unknown = sorted(set(values) - known)
    if unknown:
        raise ConfigError(f"there is no key {unknown[0]!r}")
    write_default(path)
    _write_keys(path, values, _read_toml(path))


def _write_keys(path: Path, values: Mapping[str, Any], before: Mapping[str, Any]) -> None:
    defaults = {item.name: item.default for item in fields(Config)}
    wanted = {**before, **values}
    wanted = {key: value for key, value in wanted.items() if value is not None}
    edited = path.read_text(encoding="utf-8-sig")
    for key, value in values.items():
        if value is not None:
            edited = _with_line(edited, f"{key} = {_toml(value)}")
        elif key in before:
            edited = _with_line(edited, f"{key} = ", f"#{key} = {_toml(defaults[key])}")
    # Editing text by rule can go wrong on a file written by hand: prove it did not.
    try:
        proven = tomllib.loads(edited) == wanted
    except tomllib.TOMLDecodeError:
        proven = False
    if not proven:
        lines = ", ".join(f"{key} = {_toml(value)}" for key, value in values.items() if value)
        raise ConfigError(
            f"{path} could not be edited safely. Edit it by hand: {lines or ', '.join(values)}"
        )
    temporary = path.with_name(f".{path.name}.tmp")
    temporary.write_text(edited, encoding="utf-8", newline="\n")
    temporary.replace(path)


def _with_line(text: str, line: str, instead: str | None = None) -> str:
    """The text with the assignment of the line's key (over one or more lines) replaced.

    Args:
        instead: the line to put there, where it is not ``line``.
    """
    key = line.split(" = ", 1)[0]
    line = line if instead is None else instead
    lines = text.split("\n")
    for first, content in enumerate(lines):
        if content.split("=", 1)[0].strip() != key:
            continue
        for last in range(first, len(lines)):
            try:
                tomllib.loads("\n".join(lines[first : last + 1]))
            except tomllib.TOMLDecodeError:
                continue
            return "\n".join([*lines[:first], line, *lines[last + 1 :]])
    for index, content in enumerate(lines):
        if content.split("=", 1)[0].strip().replace(" ", "") == f"#{key}":
            return "\n".join([*lines[:index], line, *lines[index + 1 :]])
    return f"{line}\n{text}"


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not valid TOML: {error}. Mend it or delete it") from error
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from error


def _from_toml(path: Path, item: Any, value: Any) -> Any:
    default = item.default
    where = f"{path}: {item.name}"
    if isinstance(default, bool):
        if isinstance(value, bool):
            return value
        raise ConfigError(f"{where} must be true or false, not {value!r}")
    if isinstance(default, tuple):
        if isinstance(value, list) and all(isinstance(part, str) for part in value):
            return tuple(value)
        raise ConfigError(f"{where} must be a list of strings, not {value!r}")
    if isinstance(default, str):
        if isinstance(value, str):
            return _in_choice(where, item, value)
        raise ConfigError(f"{where} must be a string, not {value!r}")
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ConfigError(f"{where} must be a number, not {value!r}")
    return _in_range(where, item, value)


def _from_environ(variable: str, item: Any, text: str) -> Any:
    default = item.default
    if isinstance(default, bool):
        if text.strip().lower() in _TRUE | _FALSE:
            return text.strip().lower() in _TRUE
        raise ConfigError(f"{variable} must be true or false, not {text!r}")
    if isinstance(default, tuple):
        return tuple(part for part in text.split(os.pathsep) if part.strip())
    if isinstance(default, str):
        return _in_choice(variable, item, text)
    try:
        number = float(text)
    except ValueError:
        raise ConfigError(f"{variable} must be a number, not {text!r}") from None
    return _in_range(variable, item, number)


def _in_choice(where: str, item: Any, value: str) -> str:
    choices: tuple[str, ...] = item.metadata["one_of"]
    if choices and value not in choices:
        raise ConfigError(f"{where} must be one of {', '.join(choices)}, not {value!r}")
    return value


def _in_range(where: str, item: Any, value: float) -> float:
    low = item.metadata["low"]
    # NaN fails both comparisons.
    if not abs(value) < 1e9 or (low is not None and not value >= low):
        raise ConfigError(f"{where} must be a number{'' if low is None else f' from {low:g} up'}")
    if isinstance(item.default, int):
        if value != int(value):
            raise ConfigError(f"{where} must be a whole number, not {value!r}")
        return int(value)
    return float(value)


def _meant(name: str, known: Mapping[str, Any]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f" (did you mean {close[0]!r}?)" if close else ""


def _toml(value: Any) -> str:
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_toml(part) for part in value) + "]"
    # JSON's strings, numbers and booleans are TOML's.
    return json.dumps(value, ensure_ascii=False)
