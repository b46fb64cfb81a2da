"""The console: one page with its style and script, served from this machine and fetching nothing from elsewhere."""

from importlib.resources import files

from fastapi import APIRouter, Response

from api.problems import RequestRefused

router = APIRouter(include_in_schema=False)

_PAGES = {
    "": ("index.html", "text/html; charset=utf-8"),
    "console.css": ("console.css", "text/css; charset=utf-8"),
    "console.js": ("console.js", "text/javascript; charset=utf-8"),
    "cards.js": ("cards.js", "text/javascript; charset=utf-8"),
    "desk.js": ("desk.js", "text/javascript; charset=utf-8"),
    "sparkline.js": ("sparkline.js", "text/javascript; charset=utf-8"),
    "electrical.css": ("electrical.css", "text/css; charset=utf-8"),
    "owner.css": ("owner.css", "text/css; charset=utf-8"),
    "visits.html": ("visits.html", "text/html; charset=utf-8"),
    "visits.css": ("visits.css", "text/css; charset=utf-8"),
    "visits.js": ("visits.js", "text/javascript; charset=utf-8"),
    "map.js": ("map.js", "text/javascript; charset=utf-8"),
    "icon.svg": ("icon.svg", "image/svg+xml"),
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
