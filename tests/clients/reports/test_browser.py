"""The page in a real browser, headless: it runs, says nothing on the console, filters, copies."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from clients.reports.page import to_html

from .samples import HOSTILE, report

pytestmark = pytest.mark.slow

_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")
#: What a mapper does: leave one source, search, copy; the outcome goes into the title.
_USER = """
const said = [];
const status = () => document.getElementById("shown").textContent;
const tick = (node) => { node.click(); };
said.push(status());
tick(document.querySelector('input[name="source"][value="rules"]'));
said.push(status());
said.push(document.querySelectorAll("section:not([hidden]) > h2").length);
tick(document.querySelector('input[name="source"][value="rules"]'));
tick(document.getElementById("only-new"));
said.push(status());
tick(document.getElementById("only-new"));
const search = document.getElementById("search");
search.value = "00:01:500 why";
search.dispatchEvent(new Event("input", { bubbles: true }));
said.push(status());
let copied = null;
const writeText = async (text) => { copied = text; };
Object.defineProperty(navigator, "clipboard", { value: { writeText } });
const button = document.querySelector("article:not([hidden]) button");
button.click();
setTimeout(() => {
  said.push(copied, button.textContent);
  document.title = JSON.stringify(said);
}, 100);
"""


@pytest.fixture(scope="module")
def browser() -> str:
    found = next((path for name in _NAMES if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip("no Chromium here to open the page in")
    return found


def opened(browser: str, page: str, folder: Path, *more: str) -> tuple[str, str]:
    """The page's elements once its script ran, and what was logged of its console."""
    path = folder / "report.html"
    path.write_text(page, encoding="utf-8")
    arguments = [
        browser, "--headless", "--disable-gpu", "--no-first-run", "--enable-logging=stderr",
        f"--user-data-dir={folder / 'profile'}", "--virtual-time-budget=3000", *more,
    ]  # fmt: skip
    if getattr(os, "geteuid", lambda: 1)() == 0:
        arguments.append("--no-sandbox")  # which a browser cannot set up as root
    done = subprocess.run(
        [*arguments, "--dump-dom", path.as_uri()],
        capture_output=True, encoding="utf-8", errors="replace", timeout=120, check=True,
    )  # fmt: skip
    console = [row for row in done.stderr.splitlines() if "CONSOLE" in row]
    return done.stdout, "\n".join(console)


@pytest.mark.parametrize("found", [report(), report(HOSTILE, HOSTILE)], ids=["plain", "hostile"])
def test_the_page_runs_without_a_word_on_the_console(
    browser: str, tmp_path: Path, found: dict[str, Any]
) -> None:
    page, console = opened(browser, to_html(found), tmp_path)
    count = len(found["suggestions"])
    assert f"{count} of {count} shown" in page  # the script ran, so its hash is right
    assert re.search(r'<form id="filters" aria-label', page)
    assert console == ""


def test_the_console_would_be_heard(browser: str, tmp_path: Path) -> None:
    page = to_html(report()).replace("</main>", "</main><script>hacked()</script>")
    _, console = opened(browser, page, tmp_path)
    assert "Content Security Policy" in console


def test_filters_search_and_copying(browser: str, tmp_path: Path) -> None:
    found = report()
    page = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", to_html(found))
    page = page.replace("</body>", f"<script>{_USER}</script></body>")
    shown, console = opened(browser, page, tmp_path)
    assert console == ""
    title = re.search(r"<title>(.*?)</title>", shown)
    assert title is not None
    count = len(found["suggestions"])
    assert title[1].replace("&quot;", '"') == (
        f'["{count} of {count} shown","1 of {count} shown",1,"{count - 1} of {count} shown",'
        f'"1 of {count} shown","00:01:500 (2) - What, and why.","Copied"]'
    )
