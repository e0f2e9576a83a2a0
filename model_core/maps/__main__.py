"""``python -m model_core.maps``: every parameter of a map, as JSON, or as a table for people.

Contracts, commands and settings pages are made from this, and ``docs/maps.md`` is held to it.
"""

from __future__ import annotations

import argparse
import json
import sys

from model_core.beatmap.modes import MODE_NAMES
from model_core.maps.fields import Field, table
from model_core.maps.parameters import GenerationParameters

__all__ = ["markdown"]


def markdown() -> str:
    """All parameters of a map as a table in Markdown."""
    lines = ["| parameter | values | unless given | what it is |", "|---|---|---|---|"]
    lines += [_row(field) for field in table(GenerationParameters)]
    return "\n".join(lines) + "\n"


def _row(field: Field) -> str:
    values = {"flag": "yes or no", "names": "names"}.get(field.kind, field.limits or field.kind)
    if field.unit:
        values += f" {field.unit}"
    otherwise = field.otherwise
    if not otherwise and isinstance(field.default, bool):
        otherwise = "yes" if field.default else "no"
    elif not otherwise:
        otherwise = "none" if field.default == () else f"{field.default:g}"
    text = field.help
    if len(field.modes) < len(MODE_NAMES):
        text += f" ({', '.join(MODE_NAMES[mode] for mode in field.modes)})"
    return f"| `{field.name}` | {values} | {otherwise} | {text} |"


def main(arguments: list[str] | None = None) -> int:
    """Print the parameters."""
    parser = argparse.ArgumentParser(prog="python -m model_core.maps", description=__doc__)
    parser.add_argument("--markdown", action="store_true", help="a table for people")
    options = parser.parse_args(arguments)
    if options.markdown:
        sys.stdout.write(markdown())
    else:
        fields = [field.to_dict() for field in table(GenerationParameters)]
        sys.stdout.write(json.dumps(fields, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
