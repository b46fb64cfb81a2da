"""What the documentation promises of itself: links that lead somewhere, and every decision record listed once."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
PAGES: Final = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
_LINK: Final = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_CODE: Final = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)


def _headings(page: Path) -> Iterator[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    for title in re.findall(r"^#+ (.*)$", _CODE.sub("", page.read_text(encoding="utf-8")), re.MULTILINE):
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", title).strip().lower()
        yield re.sub(r"[^\w\- ]", "", words).replace(" ", "-")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    lost = []
    for link in _LINK.findall(_CODE.sub("", page.read_text(encoding="utf-8"))):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        if not target.exists() or (anchor and anchor not in set(_headings(target))):
            lost.append(link)
    assert not lost


def test_every_decision_record_is_listed_once_and_in_order() -> None:
    folder = ROOT / "docs" / "decisions"
    index = (folder / "README.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| \[(\d{4})\]\((\d{4}-[^)]*\.md)\)", index, re.MULTILINE)
    assert all(number == name[:4] for number, name in listed)
    assert Counter(name for _, name in listed) == Counter(one.name for one in folder.glob("[0-9]*.md"))
    for group in index.split("\n## "):
        numbers = re.findall(r"^\| \[(\d{4})\]", group, re.MULTILINE)
        assert numbers == sorted(numbers)
