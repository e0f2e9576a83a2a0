"""The icon docked for real: a virtual display, a tray host, a click.

pystray's xorg backend draws no menus; its default action stands in for them here.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from clients.tray.app import draw
from clients.tray.menu import DaemonState
from tests.clients.fake_daemon import FakeDaemon, answering
from tests.clients.patching.maps import MAP, some_patch

ROOT = Path(__file__).resolve().parents[3]
CHILD = """
import sys
from osu_companion.local.paths import find_paths
from clients.tray import app
from clients.tray.controller import Controller
controller = Controller(
    find_paths(), read_clipboard=lambda: "00:01:500 (1,2,3) - ", show_file=print
)
sys.exit(app.show(controller))
"""


@contextlib.contextmanager
def _running(*command: str, **options: Any) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(command, **options)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)


@pytest.fixture
def display() -> Iterator[str]:
    """A virtual display with a tray host on it."""
    for program in ("Xvfb", "trayer", "xdotool"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed (apt-get install xvfb trayer xdotool)")
    read, write = os.pipe()
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    command = ("Xvfb", "-displayfd", str(write), "-screen", "0", "640x480x24", "-nolisten", "tcp")
    with _running(*command, pass_fds=(write,), **silent):
        os.close(write)
        number = b""
        while not number.endswith(b"\n"):
            number += os.read(read, 16)
        os.close(read)
        name = f":{number.decode().strip()}"
        tray = ("trayer", "--edge", "top", "--align", "left", "--widthtype", "request")
        with _running(*tray, env={**os.environ, "DISPLAY": name}, **silent):
            yield name


def _docked(display: str, seconds: float = 20.0) -> tuple[int, int]:
    """The centre of the icon inside the tray host's window."""
    from Xlib.display import Display

    screen = Display(display)
    try:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            owner = screen.get_selection_owner(screen.intern_atom("_NET_SYSTEM_TRAY_S0"))
            if owner:
                for window in _below(screen.screen().root):
                    embedded = window.get_full_property(screen.intern_atom("_XEMBED_INFO"), 0)
                    parent = window.query_tree().parent
                    mapped = window.get_attributes().map_state == 2
                    if embedded and mapped and parent.id != screen.screen().root.id:
                        shape = window.get_geometry()
                        spot = window.translate_coords(screen.screen().root, 0, 0)
                        # translate_coords answers with our position negated.
                        return shape.width // 2 - spot.x, shape.height // 2 - spot.y
            time.sleep(0.1)
        raise AssertionError("the icon never docked")
    finally:
        screen.close()


def _below(window: Any) -> Iterator[Any]:
    for child in window.query_tree().children:
        yield child
        yield from _below(child)


def _click(display: str, x: int, y: int) -> None:
    command = ["xdotool", "mousemove", str(x), str(y), "click", "1"]
    subprocess.run(command, env={**os.environ, "DISPLAY": display}, timeout=20, check=True)


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="an X display")
def test_a_click_on_the_docked_icon_remaps_the_copied_selection(
    display: str, daemon: FakeDaemon, map_path: Path
) -> None:
    daemon.answer, daemon.active = answering(some_patch()), map_path
    env = {**os.environ, "DISPLAY": display, "PYSTRAY_BACKEND": "xorg"}
    command = (sys.executable, "-c", CHILD)
    with _running(*command, env=env, cwd=ROOT, stderr=subprocess.PIPE) as process:
        deadline = time.monotonic() + 90
        while map_path.read_bytes() == MAP:
            assert process.poll() is None and time.monotonic() < deadline
            # The host moves the icon about while it docks.
            _click(display, *_docked(display))
            time.sleep(0.5)
    assert map_path.read_bytes() == some_patch().apply(MAP)
    assert any(getattr(a, "range_text", "") == "00:01:500 (1,2,3) -" for a in daemon.asked)


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="an X display")
def test_the_command_shows_one_icon_and_refuses_a_second(display: str, daemon: FakeDaemon) -> None:
    env = {**os.environ, "DISPLAY": display, "PYSTRAY_BACKEND": "xorg"}
    command = [sys.executable, "-m", "clients.cli", "tray"]
    with _running(*command, env=env, cwd=ROOT, stderr=subprocess.DEVNULL) as process:
        _docked(display)
        second = subprocess.run(
            command, env=env, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False
        )
        assert second.returncode == 1 and "shown already" in second.stderr
        assert process.poll() is None


def test_the_picture_tells_the_states_apart() -> None:
    pictures = {draw(state, busy).tobytes() for state in DaemonState for busy in (False, True)}
    assert len(pictures) == 6
