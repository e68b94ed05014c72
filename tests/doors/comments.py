#!/usr/bin/env python3
"""Renders comments with cmark-gfm, which is GitHub's own Markdown engine, with the extensions that GitHub uses: one of hostile texts in all places
(src/report/reporters/hostile.rs writes them) has the elements of one of harmless texts, links to the repository alone, shows nothing in
which GitHub's filters would find a mention, reference, address, emoji or formula, and shows the text itself.

A file of such comments is the only argument. Not here: GitHub's filters themselves, and how Azure DevOps renders."""

import json
import pathlib
import re
import sys
import unicodedata
from html.parser import HTMLParser

import cmarkgfm
from cmarkgfm.cmark import Options

ROOT = pathlib.Path(__file__).resolve().parents[2]
EXTENSIONS = ["table", "strikethrough", "autolink", "tagfilter", "tasklist"]
# GitHub lets tags pass, and cleans up behind: none of ours must depend on it.
OPTIONS = Options.CMARK_OPT_UNSAFE | Options.CMARK_OPT_FOOTNOTES | Options.CMARK_OPT_GITHUB_PRE_LANG
OURS = "https://github.com/acme/shop/"
FOUND_BY_FILTERS = {
    "mention": r"@[A-Za-z0-9]",
    "reference": r"#\d|(?i:\bGH-\d)",
    "address": r"://|(?i:www\.)|[\w.+-]+@[\w-]+\.\w",
    "emoji": r":(tada|100):",
    "formula": r"\$[^\s\u200b]",
}


class Page(HTMLParser):
    """Elements in their order, addresses, and what is shown with code and without."""

    def __init__(self, comment):
        super().__init__()
        self.elements, self.addresses, self.codes, self.shown, self.prose = [], [], 0, [], []
        self.feed(cmarkgfm.markdown_to_html_with_extensions(comment, options=OPTIONS, extensions=EXTENSIONS))
        self.close()

    def handle_starttag(self, tag, attributes):
        if tag in ("code", "pre"):
            self.codes += 1
        # An address within a text becomes code, which is our way to show it.
        if tag != "code":
            self.elements.append((tag, sorted(name for name, _ in attributes)))
            self.prose.append(" ")
            self.shown.append(" ")
        self.addresses.extend(value for name, value in attributes if name in ("href", "src"))

    def handle_endtag(self, tag):
        if tag in ("code", "pre"):
            self.codes -= 1
        if tag != "code":
            self.elements.append(("/" + tag, []))
            self.prose.append(" ")
            self.shown.append(" ")

    def handle_data(self, data):
        self.shown.append(data)
        self.prose.append("\ufffc" if self.codes else data)

    def other(self, data):
        self.elements.append(("what is no element", [data]))

    handle_comment = handle_decl = handle_pi = unknown_decl = other


def words(text):
    """Without what differs by our way to show it: backticks are code, gaps are ours, sentences begin with a capital letter."""
    return re.sub(r"\s+", " ", re.sub("[`\u200b]", "", text)).strip().casefold()


def wrong(page, plain, text):
    """What is wrong with a page; nothing for most."""
    if page.elements != plain.elements:
        at = next((i for i, pair in enumerate(zip(page.elements, plain.elements)) if pair[0] != pair[1]), -1)
        yield f"elements from {page.elements[at:][:4]} instead of {plain.elements[at:][:4]}"
    yield from (f"address {address}" for address in page.addresses if not (address or "").startswith(OURS))
    prose = "".join(page.prose)
    for name, pattern in FOUND_BY_FILTERS.items():
        if found := re.search(pattern, prose):
            yield f"{name} {prose[max(0, found.start() - 20):found.end() + 20]!r}"
    # What is not seen is shown as an escape.
    is_seen = all(unicodedata.category(c) not in ("Cc", "Cf", "Zl", "Zp", "Cn", "Co") or c in "\r\n\t" for c in text)
    if is_seen and words(text) not in words("".join(page.shown)):
        yield "the text is not shown"


def main(file):
    comments = [json.loads(line) for line in file.read_text().split("\n")]
    plain = Page(comments[0]["comment"])
    failures = []
    for comment in comments:
        failures += [f"{comment['text']!r}: {what}" for what in wrong(Page(comment["comment"]), plain, comment["text"])]
    # A comment that escapes nothing must be refused, for each of the reasons.
    raw = ["![x](https://evil.example)", "@octocat", "#12", "https://evil.example", ":100:", "$x$", "<details>", "<!-- x -->"]
    for text in raw:
        if not list(wrong(Page(comments[0]["comment"].replace("x", text, 1)), plain, "x")):
            failures.append(f"{text!r} unescaped is not found")
    for failure in failures[:20]:
        print(failure)
    print(f"{len(comments)} comments in GitHub's own engine, {len(failures)} wrong")
    sys.exit(1 if failures else 0)


main(pathlib.Path(sys.argv[1]))
