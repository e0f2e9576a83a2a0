"""The page: whole, self-contained, accessible, and never more than text."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clients.reports.page import to_html
from clients.reports.reading import plain

from .samples import HOSTILE, report

_VOID = {"meta", "link", "input"}


class Page(HTMLParser):
    """All elements and attributes; fails where elements are not nested."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert not self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in _VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not {"script", "style"} & set(self._open[-1:]):
            self.texts.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.found if name == tag]


def test_every_suggestion_is_an_article_with_its_link_and_text_to_copy() -> None:
    found = report()
    page = Page(to_html(found))
    articles = page.all("article")
    assert len(articles) == len(found["suggestions"])
    assert {each["data-source"] for each in articles} == {"rules", "model"}
    links = {each["href"] for each in page.all("a")}
    assert links == {each["link"] for each in found["suggestions"] if each["link"]}
    copied = [each["data-copy"] for each in page.all("button")]
    assert "00:01:500 (2) - What, and why." in copied and len(copied) == len(articles)
    text = "".join(page.texts)
    assert all(each["id"] in text for each in found["suggestions"])


def test_filters_offer_what_there_is() -> None:
    found = report()
    page = Page(to_html(found))
    boxes = {(each["name"], each["value"]) for each in page.all("input") if "name" in each}
    for key, name in (("severity", "severity"), ("category", "category"), ("source", "source")):
        values = {each[key] for each in found["suggestions"]}
        assert {value for box, value in boxes if box == name} == values
    assert any(each.get("id") == "only-new" for each in page.all("input"))
    for suggestion in found["suggestions"]:
        suggestion["new"] = None
    found["counts"]["new"] = None
    assert not any(each.get("id") == "only-new" for each in Page(to_html(found)).all("input"))


@pytest.mark.parametrize("found", [report(), report(HOSTILE, HOSTILE)], ids=["plain", "hostile"])
def test_nothing_is_fetched_and_only_its_own_script_may_run(found: dict[str, object]) -> None:
    text = to_html(found)
    page = Page(text)
    assert {tag for tag, _ in page.found} <= {
        "html", "head", "meta", "link", "title", "style", "body", "header", "h1", "p", "strong",
        "form", "fieldset", "legend", "label", "input", "main", "section", "h2", "h3", "article",
        "span", "a", "button", "details", "summary", "code", "ul", "li", "script",
    }  # fmt: skip
    for tag, attrs in page.found:
        assert not any(name.startswith("on") or name in ("src", "style") for name in attrs), tag
        if "href" in attrs:
            assert re.match(r"osu://edit/|data:,$", attrs["href"] or ""), attrs
    (script,) = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    (style,) = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    policy = page.all("meta")[1]["content"] or ""
    for content in (script, style):
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy and "unsafe" not in policy
    assert "http" not in style + script


def test_hostile_text_stays_text() -> None:
    page = Page(to_html(report(HOSTILE, HOSTILE)))
    assert len(page.all("script")) == 1
    assert any("<script>window.hacked=1</script>" in text for text in page.texts)


@given(st.text(max_size=80), st.text(max_size=80))
@settings(max_examples=40, deadline=None)
def test_any_text_is_shown_as_it_is(title: str, message: str) -> None:
    found = report()
    found["map"]["title"] = title
    found["suggestions"][0].update(message=message, id=title, category="Misc", found=message)
    page = Page(to_html(found))
    assert len(page.all("script")) == 1 and len(page.all("article")) == len(found["suggestions"])
    shown = "".join(page.texts)
    assert plain(title) in shown and plain(message) in shown
    copied = [each["data-copy"] or "" for each in page.all("button")]
    assert any(plain(message) in each for each in copied)


def test_everything_has_a_name_for_those_who_do_not_see_it() -> None:
    page = Page(to_html(report()))
    assert page.all("html")[0]["lang"] == "en" and page.all("title")
    named = {each["for"] for each in page.all("label") if "for" in each}
    for box in page.all("input"):
        assert box.get("type") == "checkbox" or box.get("id") in named
    ids = [attrs["id"] for _, attrs in page.found if "id" in attrs]
    assert len(ids) == len(set(ids))
    for section in page.all("section"):
        assert section.get("aria-labelledby", ids[0]) in ids
