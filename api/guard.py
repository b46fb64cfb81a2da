"""What is checked of every request before it reaches a route: size, host and origin; and headers of every answer."""

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import problem
from api.settings import ApiSettings

OPEN_PATHS = frozenset({"/healthz", "/readyz", "/metrics"})
"""Asked by probes under whatever name they know this machine by; nothing there is anybody's data."""
PHOTO_PATH = "/api/v1/field/attachments/"
"""The one place that takes pictures."""
OWNER_PATHS = ("/visit/", "/follow-up/", "/home/", "/calendar/", "/pages/owner.css", "/pages/icon.svg")
"""What a personal link leads to, and what it looks like."""
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Guard:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp, settings: ApiSettings):
        self._app = app
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse what may not come in, and add the security headers."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        refusal = _refusal(scope, headers, self._settings)
        if refusal is not None:
            answer = problem(scope["path"], *refusal)
            await answer(scope, receive, _with_headers(send))
            return
        await self._app(scope, _limited(receive, _most_bytes(scope, self._settings)), _with_headers(send))


def _refusal(scope: Scope, headers: Headers, settings: ApiSettings) -> tuple[int, str] | None:
    host = headers.get("host", "")
    name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
    if scope["path"] not in OPEN_PATHS and name not in settings.hosts and not _owners_page(scope, host, settings):
        # Another site could give its own name this machine's address and then read everything (DNS rebinding).
        return 421, f"this API answers to {', '.join(sorted(settings.hosts))}, not to {name[:100]!r}"
    if scope["method"] not in SAFE_METHODS and _foreign(headers, host):
        return 403, "a page of another site may not change anything here"
    length = headers.get("content-length", "0")
    most = _most_bytes(scope, settings)
    if not length.isdigit() or int(length) > most:
        return 413, _too_large(most)
    return None


def _most_bytes(scope: Scope, settings: ApiSettings) -> int:
    return settings.photo_most_bytes if scope["path"].startswith(PHOTO_PATH) else settings.body_most_bytes


def _too_large(most: int) -> str:
    return f"a body has at most {most} bytes; make a picture smaller, or send a long list in pieces"


def _owners_page(scope: Scope, host: str, settings: ApiSettings) -> bool:
    """Owners come under the public name, to their own pages only; each of those asks for a signed link."""
    public = urlsplit(settings.public_url).netloc.rsplit("@", 1)[-1]
    return bool(public) and host == public and scope["path"].startswith(OWNER_PATHS)


def _foreign(headers: Headers, host: str) -> bool:
    site = headers.get("sec-fetch-site")
    if site is not None and site not in ("same-origin", "none"):
        return True
    origin = headers.get("origin")
    return origin is not None and origin.split("://", 1)[-1] != host


def _limited(receive: Receive, most: int) -> Receive:
    """For a body that does not say its length. The framework has such a limit too, but answers it in plain text."""
    taken = 0

    async def limited() -> Message:
        nonlocal taken
        message = await receive()
        if message["type"] == "http.request":
            taken += len(message.get("body", b""))
            if taken > most:
                # Only this sort of error passes through the framework's reading of a body unchanged.
                raise HTTPException(413, _too_large(most))
        return message

    return limited


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in SECURITY_HEADERS.items():
                headers.setdefault(name, value)
            headers.setdefault("Cache-Control", "no-store")
        await send(message)

    return sending
