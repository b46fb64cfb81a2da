"""The page of an evaluation on a phone: no figure lies beyond the edge of the screen."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from models.evaluation.page_tables import table
from models.evaluation.pages import write_page

NAMES = tuple(f"column {number}" for number in range(11))
CELLS = tuple(f"0.41 [0.18, 0.65] of {number}" for number in range(11))
BEYOND = """() => [...document.querySelectorAll('td')].filter((one) => one.getBoundingClientRect().right > innerWidth)
    .map((one) => one.textContent)"""
NAMED = "() => [...document.querySelectorAll('td')].map((one) => getComputedStyle(one, '::before').content)"


@pytest.mark.parametrize("width", [360, 500, 760])
def test_a_wide_table_becomes_a_list_on_a_narrow_screen(chromium: Browser, tmp_path: Path, width: int) -> None:
    file = write_page([], tmp_path / "report.html")
    file.write_text(file.read_text("utf-8").replace("</body>", f"{table(NAMES, [CELLS])}</body>"), encoding="utf-8")
    page = chromium.new_page(viewport={"width": width, "height": 900})
    page.goto(file.as_uri())
    assert page.evaluate(BEYOND) == []
    assert page.evaluate(NAMED)[1:] == [f'"{name}"' for name in NAMES[1:]]
    page.set_viewport_size({"width": 1400, "height": 900})
    assert page.locator("thead").is_visible()  # and a table on a desk
    assert page.evaluate(NAMED)[1] == "none"
    page.close()
