"""The icon itself. Only this module needs a screen, and imports pystray when it runs.

pystray opens the display while it is imported and fails there in its own ways; its backends also
differ in what they can do: some have no menu (then a click does the default action), some no
notifications (then the icon's title tells).
"""

from __future__ import annotations

import logging
import logging.handlers
import signal
import sys
from typing import Any

from osu_companion.local.paths import Paths, find_paths

from clients.tray.controller import Controller
from clients.tray.menu import Action, DaemonState, Item, TrayState, build_menu, state_line

log = logging.getLogger(__name__)

_NAME = "osu-companion"
_SIZE = 64
_COLOURS = {
    DaemonState.STARTING: "#c9a227",
    DaemonState.READY: "#ff66aa",
    DaemonState.FAILED: "#8a8a8a",
}


def run(paths: Paths | None = None) -> int:
    """Show the icon until it is quit.

    Returns:
        0; or 1 where there is no display or a tray runs already, after saying so.
    """
    paths = paths or find_paths()
    paths.create()
    from filelock import FileLock, Timeout

    lock = FileLock(paths.state / "tray.lock", timeout=0)
    try:
        lock.acquire()
    except Timeout:
        print("The tray icon is shown already.", file=sys.stderr)
        return 1
    try:
        _log_to(paths)
        return show(Controller(paths))
    finally:
        lock.release()


def show(controller: Controller) -> int:
    """Show the icon of a controller; the exit code as for ``run``."""
    try:
        # Not only ImportError: the xorg backend raises what Xlib raises when there is no display.
        import pystray
    except Exception as error:
        print(
            f"The tray icon cannot be shown: {error or type(error).__name__}. It needs a desktop "
            "session; everything it does works from the command line, too "
            "(osu-companion --help).",
            file=sys.stderr,
        )
        return 1
    try:
        icon = _icon(pystray, controller)
    except Exception as error:
        print(f"The tray icon cannot be shown: {error or type(error).__name__}.", file=sys.stderr)
        return 1
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: controller.do(Action.QUIT))
    icon.run(lambda icon: _ready(icon, controller))
    controller.close()
    return 0


def _icon(pystray: Any, controller: Controller) -> Any:
    def items() -> list[Any]:
        return [_item(pystray, controller, item) for item in build_menu(controller.state)]

    # The xorg backend sets the title as Latin-1 and fails on the names of half of all maps.
    xorg = pystray.Icon.__module__.endswith("xorg")

    def title(state: TrayState) -> str:
        text = f"osu! editor companion: {state_line(state)}"
        return text.encode("latin-1", "replace").decode("latin-1") if xorg else text

    icon = pystray.Icon(
        _NAME, draw(DaemonState.STARTING), title(controller.state), pystray.Menu(items)
    )

    if xorg:
        _hear_clicks(icon)

    def on_state(state: TrayState) -> None:
        icon.title = title(state)
        icon.icon = draw(state.daemon, busy=bool(state.doing))
        icon.update_menu()

    def on_message(text: str) -> None:
        if icon.HAS_NOTIFICATION:
            icon.notify(text[:250], "osu! editor companion")

    controller.on_state = on_state
    controller.on_message = on_message
    controller.on_quit = icon.stop
    return icon


def _hear_clicks(icon: Any) -> None:
    """Ask the X server for clicks: pystray 0.19 handles them but selects no button events."""
    from Xlib import X

    window = icon._window
    wanted = window.get_attributes().your_event_mask | X.ButtonPressMask
    window.change_attributes(event_mask=wanted)
    icon._display.flush()


def _item(pystray: Any, controller: Controller, item: Item) -> Any:
    def act(_icon: Any, _item: Any) -> None:
        if item.action is not None:
            controller.do(item.action)

    return pystray.MenuItem(item.text, act, enabled=item.enabled, default=item.default)


def _ready(icon: Any, controller: Controller) -> None:
    icon.visible = True
    controller.run()


def draw(state: DaemonState, busy: bool = False) -> Any:
    """The icon's picture: a hit circle with its approach circle, by state."""
    from PIL import Image, ImageDraw

    picture = Image.new("RGBA", (_SIZE, _SIZE), (0, 0, 0, 0))
    pen = ImageDraw.Draw(picture)
    pen.ellipse((2, 2, _SIZE - 3, _SIZE - 3), outline=_COLOURS[state], width=4)
    pen.ellipse((13, 13, _SIZE - 14, _SIZE - 14), fill=_COLOURS[state], outline="white", width=5)
    if busy:
        pen.ellipse((25, 25, _SIZE - 26, _SIZE - 26), fill="white")
    return picture


def _log_to(paths: Paths) -> None:
    handler = logging.handlers.RotatingFileHandler(
        paths.logs / "tray.log", maxBytes=1_000_000, backupCount=2, encoding="utf-8"
    )
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logger = logging.getLogger("clients")
    logger.setLevel(logging.INFO)
    logger.addHandler(handler)
    logger.addHandler(logging.StreamHandler())
