"""A quoted command reaches the program as it was meant, in every shell.

The POSIX shell is asked itself, and so are the others where they are installed. Elsewhere their
rules are read here a second time, the other way round: what cmd.exe makes of a line, how PowerShell
ends a string, and how the C runtime cuts a command line into arguments.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clients.cli.wizard.shells import (
    for_cmd,
    for_posix,
    for_powershell,
    shell_among,
)

ODD = [
    "C:\\Songs\\1 Artist - Title\\Artist - Title (Me) [It's 100% & more].osu",
    "C:\\My Songs\\",
    "plain",
    "",
    'say "hi"',
    'C:\\a b\\"\\\\',
    "%PATH%",
    "50%",
    "a^b",
    "!wow!",
    "x&y|z<w>v(u)",
    "‘typographic’ “quotes”",
    "譜面 [Hard].osu",
    "$HOME `x` $(x)",
    "--timeshift-bias=-0.5",
    "-",
    "@list",
    "a,b;c=d",
    "00:12:345 (1,2,3) - ",
]
# No line breaks: an answer is one line. No NUL: no argument can hold one.
arguments = st.lists(
    st.text(
        st.one_of(
            st.sampled_from("\"'\\ %^&|<>()!`$,;=@‘’-.:~[]{}+"),
            st.characters(codec="utf-8", categories=["L", "N"]),
        ),
        max_size=12,
    ),
    max_size=4,
)


def c_runtime(line: str) -> list[str]:
    """The arguments in a Windows command line after the program's name."""
    told: list[str] = []
    at = 0
    while True:
        while at < len(line) and line[at] in " \t":
            at += 1
        if at == len(line):
            return told
        word, quoted = "", False
        while at < len(line) and (quoted or line[at] not in " \t"):
            found = re.compile(r'(\\*)("?)').match(line, at)
            assert found is not None
            slashes, quote = found[1], found[2]
            at = found.end()
            if quote:
                word += "\\" * (len(slashes) // 2)
                if len(slashes) % 2:
                    word += '"'
                else:
                    quoted = not quoted
            else:
                word += slashes
                if not slashes:
                    word += line[at]
                    at += 1
        told.append(word)


def cmd_prompt(line: str) -> str:
    """What cmd.exe hands on of a line typed at its prompt, which must be one plain command."""
    # No variable of these names is there, and at the prompt such a name stays as it is.
    told, quoted, at = "", False, 0
    while at < len(line):
        letter = line[at]
        if letter == '"':
            quoted = not quoted
        elif letter == "^" and not quoted:
            at += 1
            letter = line[at]
        else:
            assert letter != "%", f"an unguarded percent sign in {line}"
            assert quoted or letter not in "&|<>()", f"an unguarded {letter} in {line}"
        told += letter
        at += 1
    assert not quoted, f"an open quote in {line}"
    return told


def powershell_words(line: str) -> list[str]:
    """The texts of a line's words: plain ones, and single-quoted strings."""
    told: list[str] = []
    rest = line.removeprefix("& ")
    string = re.compile("['‘’‚‛]((?:[^'‘’‚‛]|['‘’‚‛]{2})*)['‘’‚‛](?: |$)")
    plain = re.compile(r"([A-Za-z0-9_./\\:=+-]+)(?: |$)")
    while rest:
        found = string.match(rest)
        if found is not None:
            told.append(re.sub("(['‘’‚‛])['‘’‚‛]", r"\1", found[1]))
        else:
            found = plain.match(rest)
            assert found is not None, f"{rest} is neither plain nor a string"
            told.append(found[1])
        rest = rest[found.end() :]
    return told


def old_powershell_line(words: list[str]) -> str:
    """How PowerShell before 7.3 puts a program's command line together."""
    return " ".join(f'"{word}"' if re.search(r"\s", word) else word for word in words if word)


@pytest.mark.skipif(sys.platform == "win32", reason="no POSIX shell is sure to be there")
@settings(max_examples=10, deadline=None)
@given(arguments)
def test_posix(given: list[str]) -> None:
    given = [*given, *ODD]
    done = subprocess.run(
        ["/bin/sh", "-c", f"printf '%s\\0' {for_posix(given)}"], capture_output=True, check=True
    )
    assert done.stdout.decode().split("\0")[:-1] == given


@given(arguments)
def test_cmd(given: list[str]) -> None:
    for told in (given, ODD):
        assert c_runtime(cmd_prompt(for_cmd(told))) == told


@given(arguments)
def test_powershell(given: list[str]) -> None:
    for told in (given, ODD):
        assert powershell_words(for_powershell(told)) == told
        words = powershell_words(for_powershell(told, old=True))
        assert c_runtime(old_powershell_line(words)) == told


def test_what_needs_no_quotes_gets_none() -> None:
    plain = ["osu-companion", "gd", "C:\\Songs\\1\\map.osu", "--stars", "4.5", "--top-k", "5"]
    for quote in (for_cmd, for_powershell, for_posix):
        expected = plain if quote is not for_posix else [*plain[:2], f"'{plain[2]}'", *plain[3:]]
        assert quote(plain) == " ".join(expected)


def test_a_path_in_cmd_is_readable() -> None:
    assert for_cmd(["A - B (C) [D].osu"]) == '"A - B (C) [D].osu"'
    assert for_cmd(["50% of [D].osu"]) == '^"50^% of [D].osu^"'


def test_powershell_calls_a_program_whose_name_needs_quotes() -> None:
    assert for_powershell(["C:\\My Programs\\x.exe", "a"]).startswith("& 'C:\\My Programs")


@pytest.mark.skipif(shutil.which("pwsh") is None, reason="PowerShell (pwsh) is not installed")
def test_powershell_itself() -> None:
    code = "import sys; sys.stdout.buffer.write('\\0'.join(sys.argv[1:]).encode())"
    line = for_powershell([sys.executable, "-c", code, *ODD])
    told = subprocess.run(
        ["pwsh", "-NoProfile", "-Command", "-"], input=line.encode(), capture_output=True
    )
    assert told.stdout.decode().split("\0") == ODD


@pytest.mark.skipif(sys.platform != "win32", reason="cmd.exe is a part of Windows")
def test_cmd_itself() -> None:
    code = "import sys;sys.stdout.buffer.write('|'.join(sys.argv[1:]).encode())"
    told = [each for each in ODD if "|" not in each]
    line = for_cmd([sys.executable, "-c", code, *told])
    # As typed at the prompt: a file of commands has other rules for percent signs.
    done = subprocess.run(
        ["cmd.exe", "/Q", "/D"], input=f"{line}\r\n".encode(), capture_output=True
    )
    assert "|".join(told) in done.stdout.decode()


@pytest.mark.parametrize(
    ("names", "on_windows", "expected"),
    [
        (["python", "bash", "sshd"], False, for_posix),
        (["osu-companion.exe", "cmd.exe", "explorer.exe"], True, for_cmd),
        (["python.exe", "pwsh.exe", "cmd.exe"], True, for_powershell),
        (["python", "pwsh", "bash"], False, for_powershell),
        (["python.exe", "bash.exe", "explorer.exe"], True, for_posix),
        (["explorer.exe"], True, for_cmd),
        ([], False, for_posix),
    ],
)
def test_the_shell_is_the_nearest(names: list[str], on_windows: bool, expected: object) -> None:
    assert shell_among(names, on_windows=on_windows) is expected


def test_windows_own_powershell_is_the_old_one() -> None:
    quote = shell_among(["powershell.exe"], on_windows=True)
    assert quote(["x", 'a "b"']) == "x 'a \\\"b\\\"'"
