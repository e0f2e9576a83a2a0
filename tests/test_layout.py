"""The walls between the rooms: who imports whom, seen in the sources and in fresh interpreters."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

# What a room may import of this project. `tests` and `benchmarks` are imported by no room.
ALLOWED = {
    "model_core": {"model_core"},
    "daemon": {"daemon", "model_core", "osu_companion"},
    "clients": {"clients", "osu_companion"},
    "proto/osu_companion": {"osu_companion"},
}
OURS = {"model_core", "daemon", "clients", "osu_companion", "tests", "benchmarks"}

# Libraries that a room never imports, not even inside a function.
MODEL_LIBRARIES = {"torch", "transformers", "peft", "safetensors", "huggingface_hub", "av", "scipy"}
SCREENS_AND_WIRES = {"grpc", "grpc_health", "grpc_reflection", "google", "pystray", "typer", "rich"}
FORBIDDEN = {
    "model_core": SCREENS_AND_WIRES,
    "model_core/beatmap": SCREENS_AND_WIRES | MODEL_LIBRARIES,
    "daemon": MODEL_LIBRARIES | {"pystray", "typer", "rich"},
    "clients": MODEL_LIBRARIES | {"rosu_pp_py"},
    "proto/osu_companion/local": MODEL_LIBRARIES | {"grpc", "google"},
}
# The model worker is the one place behind the daemon where torch lives.
WORKER_ENGINE = "daemon/worker/engine.py"

# Spelled apart so that this file passes its own test.
REGISTRY_HOSTS = [
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("download", "pytorch", "org"),
        ("npmjs", "org"),
        ("crates", "io"),
        ("proxy", "golang", "org"),
    )
]


def sources(folder: str) -> Iterator[Path]:
    """The Python files below a folder, generated ones included."""
    yield from sorted((ROOT / folder).rglob("*.py"))


def imported(file: Path) -> set[str]:
    """Top-level names of every absolute import in a file, wherever in it they stand."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"), str(file))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module.split(".")[0])
    return names


def loaded_in_fresh_interpreter(code: str) -> set[str]:
    """Names of the modules that a new interpreter holds after running ``code``."""
    tail = "\nimport json, sys\nprint(json.dumps(sorted(sys.modules)), file=sys.stderr)\n"
    done = subprocess.run(
        [sys.executable, "-c", code + tail],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stderr.splitlines()[-1]))


def import_everything_in(package: str) -> str:
    """Code that imports every module of a package but its ``__main__``."""
    return f"""
import importlib, pkgutil
package = importlib.import_module({package!r})
for module in pkgutil.walk_packages(package.__path__, {package!r} + "."):
    if not module.name.endswith(".__main__"):
        importlib.import_module(module.name)
"""


def tops(modules: set[str]) -> set[str]:
    return {name.split(".")[0] for name in modules}


@pytest.mark.parametrize("room", ALLOWED)
def test_a_room_imports_only_the_rooms_it_may(room: str) -> None:
    files = list(sources(room))
    assert files
    wrong = {
        file.relative_to(ROOT).as_posix(): sorted(names)
        for file in files
        if (names := imported(file) & OURS - ALLOWED[room])
    }
    assert not wrong


@pytest.mark.parametrize("room", FORBIDDEN)
def test_a_room_stays_away_from_what_is_not_its_business(room: str) -> None:
    wrong = {
        name: sorted(names)
        for file in sources(room)
        if (name := file.relative_to(ROOT).as_posix()) != WORKER_ENGINE
        and (names := imported(file) & FORBIDDEN[room])
    }
    assert not wrong


def test_relative_imports_never_leave_their_room() -> None:
    for room in ALLOWED:
        for file in sources(room):
            depth = len(file.relative_to(ROOT / room).parts)
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if isinstance(node, ast.ImportFrom):
                    assert node.level <= depth, f"{file}:{node.lineno}"


def test_clients_load_neither_a_model_nor_the_other_rooms() -> None:
    loaded = loaded_in_fresh_interpreter(import_everything_in("clients"))
    assert "clients.client.synchronous" in loaded
    assert not tops(loaded) & (MODEL_LIBRARIES | {"numpy", "model_core", "daemon"})


def test_the_daemon_loads_no_model() -> None:
    loaded = loaded_in_fresh_interpreter(import_everything_in("daemon"))
    assert {"daemon.app", "daemon.worker.engine"} <= loaded
    assert not tops(loaded) & (MODEL_LIBRARIES | {"clients", "rosu_pp_py"})


def test_model_core_loads_torch_only_when_a_model_is_loaded() -> None:
    loaded = loaded_in_fresh_interpreter("import model_core, model_core.beatmap, model_core.errors")
    assert not tops(loaded) & (MODEL_LIBRARIES | SCREENS_AND_WIRES | {"osu_companion"})


def test_help_needs_nothing_but_the_command_line() -> None:
    code = """
import contextlib, io, sys
sys.argv = ["osu-companion", "--help"]
from clients.cli.main import main
with contextlib.redirect_stdout(io.StringIO()) as shown, contextlib.suppress(SystemExit):
    main()
assert "remap" in shown.getvalue() and "hitsound" in shown.getvalue()
"""
    loaded = loaded_in_fresh_interpreter(code)
    slow = {"grpc", "google", "numpy", "psutil", "PIL", "rich", "filelock"}
    assert not tops(loaded) & (slow | {"asyncio", "sqlite3", "pystray"})
    # Tables of words and numbers, which options are made of.
    tables = {"osu_companion.local.parameters", "osu_companion.v1.parameters"}
    ours = {name for name in loaded if name.startswith("osu_companion.")}
    assert ours == tables | {"osu_companion.local", "osu_companion.v1"}
    assert not {name for name in loaded if name.startswith(("clients.client", "clients.patching"))}


def test_no_file_names_a_package_registry() -> None:
    """Whoever builds this chooses where packages come from."""
    suffixes = {".py", ".md", ".toml", ".cfg", ".txt", ".proto", ".yml", ".yaml", ".lock", ""}
    skipped = {".venv", ".git", "runs", "build", "dist", "demo-output", "__pycache__"}
    skipped |= {"node_modules"}
    for file in _files(ROOT, skipped):
        if file.suffix in suffixes:
            text = file.read_text("utf-8", errors="replace")
            named = [host for host in REGISTRY_HOSTS if host in text]
            assert not named, f"{file.relative_to(ROOT)} names {named}"


def _files(folder: Path, skipped: set[str]) -> Iterator[Path]:
    for entry in sorted(folder.iterdir()):
        if entry.is_dir():
            if entry.name not in skipped and not entry.name.endswith("_cache"):
                yield from _files(entry, skipped)
        elif entry.is_file():
            yield entry
