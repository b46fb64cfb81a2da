"""The electrical health report as a page that also prints well."""

from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from domain.electrical_items import Grade
from reports.electrical import ElectricalReport

WORDS: Final = {Grade.ACT: "act", Grade.WATCH: "watch", Grade.UNKNOWN: "not known", Grade.GOOD: "good"}
_PAGES: Final = Environment(loader=PackageLoader("reports", "pages"), autoescape=True, undefined=StrictUndefined)


def electrical_page(report: ElectricalReport, pdf_url: str) -> str:
    """The whole page; it fetches nothing."""
    return _PAGES.get_template("electrical.html").render(report=report, words=WORDS, pdf_url=pdf_url)
