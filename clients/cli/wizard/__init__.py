"""``osu-companion wizard``: asks for the settings of a request, and makes its command of them.

Commands and settings are those of the command line itself, so that a new one is asked for without
a word here. Prompts are plain lines: they work in every terminal, and with screen readers.
"""
