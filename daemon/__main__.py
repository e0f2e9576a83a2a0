"""``python -m daemon serve``: how clients start the daemon."""

from __future__ import annotations

import argparse
import sys

from daemon import version


def main(arguments: list[str] | None = None) -> int:
    """Parse the command line and run; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m daemon", description="The companion's daemon.")
    parser.add_argument("--version", action="version", version=version())
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("serve", help="serve until told to stop (Ctrl-C, SIGTERM, `stop`)")
    parser.parse_args(arguments)
    from daemon.serve import serve

    return serve()


if __name__ == "__main__":
    sys.exit(main())
