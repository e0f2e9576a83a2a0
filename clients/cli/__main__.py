"""``python -m clients.cli``: the command, where the script is not on the path."""

from clients.cli.main import main

main()
