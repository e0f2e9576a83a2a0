"""The menu as a function of state."""

from __future__ import annotations

import itertools

from clients.tray.menu import Action, DaemonState, Item, TrayState, build_menu, state_line


def _by_action(items: tuple[Item, ...]) -> dict[Action | None, Item]:
    return {item.action: item for item in items}


def test_the_menu_at_rest() -> None:
    items = build_menu(TrayState(DaemonState.READY, can_undo=True))
    assert [item.text for item in items] == [
        "Ready",
        "Remap the copied selection",
        "Undo last change",
        "Open the log",
        "Quit",
    ]
    assert not items[0].enabled and all(item.enabled for item in items[1:])


def test_while_something_is_under_way_only_the_log_and_quit_are_offered() -> None:
    items = _by_action(
        build_menu(TrayState(DaemonState.READY, doing="Mapping, window 2 of 5", can_undo=True))
    )
    assert items[None].text == "Mapping, window 2 of 5"
    assert not items[Action.REMAP].enabled and not items[Action.UNDO].enabled
    assert items[Action.OPEN_LOG].enabled and items[Action.QUIT].enabled


def test_undo_is_offered_only_where_there_is_something_to_undo() -> None:
    assert not _by_action(build_menu(TrayState()))[Action.UNDO].enabled
    # It needs no daemon.
    failed = TrayState(DaemonState.FAILED, can_undo=True)
    assert _by_action(build_menu(failed))[Action.UNDO].enabled


def test_in_every_state_there_is_one_state_line_one_default_and_a_way_out() -> None:
    for daemon, doing, last, can_undo in itertools.product(
        DaemonState, ("", "Mapping"), ("", "a long story " * 30 + "\nand more"), (False, True)
    ):
        state = TrayState(daemon, doing, last, can_undo)
        items = build_menu(state)
        assert items == build_menu(state)
        assert items[0].text == state_line(state) and items[0].action is None
        assert len(items[0].text) <= 60 and "\n" not in items[0].text
        assert [item.action for item in items if item.default] == [Action.REMAP]
        assert items[-1].action is Action.QUIT and items[-1].enabled
