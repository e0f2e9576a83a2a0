"""The tray icon: a menu, a controller without a screen, and the thin part that needs one."""
