"""Problem documents (RFC 9457): the one shape of every error, and which error of ours becomes which status."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from domain.errors import BadInput, Conflict, IllegalMove, NotFound, Unavailable, WellkeptError

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = 5
_log = structlog.get_logger(__name__)


class Wrong(BaseModel):
    """One thing that is wrong with a request."""

    at: str
    """Where: `body.starts`, `query.limit`, `header.if-match`."""
    message: str


class Problem(BaseModel):
    """An error, said so that a person knows what to do and a program can tell which it is."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    errors: list[Wrong] | None = None


class RequestRefused(WellkeptError):
    """The request itself is refused before anything was looked up; carries its HTTP status."""

    def __init__(self, status: int, detail: str, at: str | None = None, headers: Mapping[str, str] | None = None):
        super().__init__(detail)
        self.status = status
        self.at = at
        self.headers = dict(headers or {})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    status: int
    slug: str


_KINDS: tuple[tuple[type[WellkeptError], _Kind], ...] = (
    (IllegalMove, _Kind(status=409, slug="illegal-move")),
    (BadInput, _Kind(status=422, slug="bad-input")),
    (NotFound, _Kind(status=404, slug="not-found")),
    (Conflict, _Kind(status=409, slug="conflict")),
    (Unavailable, _Kind(status=503, slug="unavailable")),
)


def problem(
    path: str,
    status: int,
    detail: str,
    *,
    slug: str | None = None,
    errors: Sequence[Wrong] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A problem document as an answer."""
    title = HTTPStatus(status).phrase
    document: dict[str, Any] = {
        "type": f"urn:wellkept:problem:{slug or title.lower().replace(' ', '-')}",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": path,
    }
    if errors:
        document["errors"] = [wrong.model_dump() for wrong in errors]
    # ASCII only, so that a lone surrogate that somebody sent can be repeated to them.
    return Response(json.dumps(document), status_code=status, media_type=MEDIA_TYPE, headers=dict(headers or {}))


def install_problems(app: FastAPI) -> None:
    """Answer every error of `app` with a problem document."""
    app.add_exception_handler(WellkeptError, _foreseen)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _refused_by_framework)
    app.add_exception_handler(Exception, _unforeseen)


def _foreseen(request: Request, error: Exception) -> Response:
    path = request.url.path
    if isinstance(error, RequestRefused):
        wrong = [Wrong(at=error.at, message=str(error))] if error.at else None
        return problem(path, error.status, str(error), errors=wrong, headers=error.headers)
    for kind, answer in _KINDS:
        if isinstance(error, kind):
            headers = {"Retry-After": str(RETRY_AFTER_S)} if answer.status == 503 else {}
            detail = "the database or broker does not answer; try again" if answer.status == 503 else str(error)
            if answer.status == 503:
                _log.warning("request_unavailable", path=path, error=str(error))
            return problem(path, answer.status, detail, slug=answer.slug, headers=headers)
    return _unforeseen(request, error)


def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    wrongs = [Wrong(at=".".join(str(part) for part in e["loc"]), message=_said(e)) for e in error.errors()]
    text = "; ".join(f"{wrong.at}: {wrong.message}" for wrong in wrongs[:3])
    status = 400 if any(e["type"] == "json_invalid" for e in error.errors()) else 422
    return problem(request.url.path, status, text or "the request is not valid", slug="invalid", errors=wrongs)


def _said(error: Mapping[str, Any]) -> str:
    if error["type"] == "json_invalid":
        return f"not valid JSON: {error.get('ctx', {}).get('error', '')}".rstrip(": ")
    if error["type"] == "missing":
        whole = error["loc"] == ("body",)
        return "send a JSON body; /openapi.json says what is in it" if whole else "is missing; say it"
    if error["type"] == "extra_forbidden":
        return "is not known here; leave it out, or see /openapi.json for its right name"
    return str(error["msg"]).removeprefix("Value error, ")


def _refused_by_framework(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    path = request.url.path
    detail = {
        404: f"there is nothing at {path}; /openapi.json lists what there is",
        405: f"{request.method} is not possible at {path}",
    }.get(error.status_code, str(error.detail))
    return problem(path, error.status_code, detail, headers=error.headers)


def _unforeseen(request: Request, error: Exception) -> Response:
    _log.error("request_failed", path=request.url.path, method=request.method, exc_info=error)
    return problem(request.url.path, 500, "an error of ours; it is in the log of the server", slug="internal")
