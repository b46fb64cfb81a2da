"""The electrical health report on paper (A4)."""

from importlib.resources import as_file, files
from typing import Final

from fpdf import FPDF

from domain.electrical_items import Grade, Item
from reports.electrical import ElectricalReport
from reports.electrical_page import WORDS

COLOUR: Final = {
    Grade.ACT: (180, 35, 24),
    Grade.WATCH: (161, 92, 7),
    Grade.UNKNOWN: (91, 106, 102),
    Grade.GOOD: (15, 118, 110),
}
"""As on the page; the grade is written out too, for those who print in grey."""
INK: Final = (23, 33, 31)
SOFT: Final = (91, 106, 102)
FONT: Final = "dejavu"


class _Paper(FPDF):
    """A4 with the page number at the foot."""

    def footer(self) -> None:
        self.set_y(-14)
        self.set_font(FONT, size=8)
        self.set_text_color(*SOFT)
        self.cell(0, 6, f"Wellkept, electrical health, page {self.page_no()} of {{nb}}", align="C")


def electrical_pdf(report: ElectricalReport) -> bytes:
    """The report as PDF. The same report gives the same bytes."""
    paper = _Paper(format="A4")
    paper.set_creation_date(report.made_at)
    paper.set_title(f"Electrical health of {report.household_name}")
    paper.set_auto_page_break(True, margin=18)
    # matplotlib, which the route planner needs anyway, carries the DejaVu fonts: Latin, Greek, Cyrillic and more.
    fonts = files("matplotlib") / "mpl-data" / "fonts" / "ttf"
    for style, name in (("", "DejaVuSans.ttf"), ("B", "DejaVuSans-Bold.ttf")):
        with as_file(fonts / name) as file:
            paper.add_font(FONT, style, file)
    paper.add_page()
    _head(paper, report)
    for item in report.items:
        _item(paper, item)
    _foot(paper, report)
    return bytes(paper.output())


def _head(paper: FPDF, report: ElectricalReport) -> None:
    _line(paper, f"Electrical health of {report.household_name}", size=17, bold=True)
    checked = "no electrician's check on record"
    if report.checked_at is not None:
        checked = f"checked by {report.checked_by} on {report.checked_at:%Y-%m-%d}"
    _line(
        paper,
        f"{report.circuits} circuits, last {report.days} days · made {report.made_at:%Y-%m-%d %H:%M} UTC · {checked}",
        size=9,
        colour=SOFT,
    )
    paper.ln(2)
    _line(paper, report.saying, size=12, bold=True, colour=COLOUR[report.grade])
    paper.ln(2)


def _item(paper: FPDF, item: Item) -> None:
    _keep_together(paper, 26)
    _line(paper, f"{item.place}: {item.subject}: {WORDS[item.grade]}", bold=True, colour=COLOUR[item.grade])
    _line(paper, item.found)
    if item.limit:
        _line(paper, f"Limit: {item.limit} ({item.source})", size=9, colour=SOFT)
    if item.advice:
        _line(paper, item.advice)
    paper.ln(2.5)


def _foot(paper: FPDF, report: ElectricalReport) -> None:
    if report.note:
        _line(paper, "Note of the electrician", size=12, bold=True)
        _line(paper, report.note)
        paper.ln(3)
    _keep_together(paper, 60)
    _line(paper, "Safe and frugal use", size=12, bold=True)
    for tip in report.tips:
        _line(paper, f"•  {tip}")
    paper.ln(3)
    said = "This report says what was measured; it does not replace the inspection that your country asks for."
    _line(paper, said, size=9, colour=SOFT)


def _keep_together(paper: FPDF, height_mm: float) -> None:
    """Begin a new page if less than `height_mm` are left, so that an item is not torn apart."""
    if paper.will_page_break(height_mm):
        paper.add_page()


def _line(paper: FPDF, text: str, *, size: float = 10, bold: bool = False, colour: tuple[int, int, int] = INK) -> None:
    paper.set_font(FONT, "B" if bold else "", size)
    paper.set_text_color(*colour)
    paper.multi_cell(0, size * 0.5, text, new_x="LMARGIN", new_y="NEXT")
