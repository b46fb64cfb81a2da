"""The console: its pages with style and scripts, served from this machine and fetching nothing from elsewhere."""

from importlib.resources import files

from fastapi import APIRouter, Response

from api.problems import RequestRefused

router = APIRouter(include_in_schema=False)

_HTML, _CSS, _JS = ("text/html; charset=utf-8", "text/css; charset=utf-8", "text/javascript; charset=utf-8")
_SHELLED = (
    *("calls", "opinions", "parts", "prices", "homes", "people"),
    *("quality", "cases", "campaigns", "knowledge", "models"),
)
"""Pages that one shell holds: `/pages/quality.html` is the shell, which loads `quality.js`."""
_PAGES = {
    "": ("index.html", _HTML),
    "visits.html": ("visits.html", _HTML),
    "icon.svg": ("icon.svg", "image/svg+xml"),
    **{f"{name}.css": (f"{name}.css", _CSS) for name in ("console", "owner", "visits", "electrical", "shell")},
    **{
        f"{name}.js": (f"{name}.js", _JS)
        for name in (
            *("console", "cards", "desk", "sparkline", "visits", "map", "names"),
            *("nav", "shell", "page", "chart", "record", "people_edit"),
        )
    },
    **{f"{name}.html": ("shell.html", _HTML) for name in _SHELLED},
    **{f"{name}.js": (f"{name}.js", _JS) for name in _SHELLED},
}


@router.get("/")
def home() -> Response:
    """The page itself."""
    return _page("")


@router.get("/pages/{name}")
def page(name: str) -> Response:
    """What the page is made of."""
    return _page(name)


def _page(name: str) -> Response:
    if name not in _PAGES:
        raise RequestRefused(404, f"there is no page {name[:80]!r}")
    file, media_type = _PAGES[name]
    content = (files("api") / "pages" / file).read_bytes()
    return Response(content, media_type=media_type, headers={"Cache-Control": "no-cache"})
