"""The knowledge base: what to check and do, searchable in the field; and what a bar code or serial number means."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field

from api.fields import Body
from api.paging import Page, Paging, after_text, page, paging
from api.requests import Answer, Ask, changing, check_version, reading
from api.routes.parts import Pattern
from domain.errors import NotFound
from domain.knowledge import Article
from domain.signals import Kind
from domain.warranty import warranty_ends
from store.api_parts import Part, part_by_barcode
from store.database import Connection
from store.job_sheets import Past, appliance_by_code, appliance_past
from store.knowledge import add_article, change_article, list_articles, lock_article, read_article, search_articles

router = APIRouter(tags=["knowledge"])
Line = Annotated[str, Field(min_length=1, max_length=1_000)]


class CauseIn(Body):
    """A reason, the share of cases that it makes up, and how to check for it."""

    cause: Line
    share: Annotated[float, Field(gt=0, le=1)]
    check: Annotated[str, Field(max_length=1_000)] = ""


class ArticleFields(Body):
    """What an article says. Without `kind` it is for any; `maker` and `model` are patterns with `*` and `?`."""

    kind: Kind | None = None
    fault: Annotated[str, Field(pattern=r"^[a-z0-9_]{2,40}$")] | None = None
    maker: Pattern | None = None
    model: Pattern | None = None
    safety: Annotated[list[Line], Field(max_length=30)] = Field(default_factory=list)
    tools: Annotated[list[Line], Field(max_length=50)] = Field(default_factory=list)
    causes: Annotated[list[CauseIn], Field(max_length=30)] = Field(default_factory=list)
    steps: Annotated[list[Line], Field(max_length=60)] = Field(default_factory=list)
    done_when: Annotated[str, Field(max_length=1_000)] = ""


class NewArticle(ArticleFields):
    """An article of your own."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9_.-]{3,80}$")]
    title: Line
    summary: Annotated[str, Field(min_length=1, max_length=5_000)]


class ArticleChange(ArticleFields):
    """What is to be changed; what is left out stays. An article that ships with the program becomes your own."""

    title: Line | None = None
    summary: Annotated[str, Field(min_length=1, max_length=5_000)] | None = None

    def changes(self) -> dict[str, Any]:
        """Fields that were sent; null clears only what may be empty."""
        sent = self.model_dump(mode="json", include=self.model_fields_set)
        nullable = ("kind", "fault", "maker", "model")
        return {name: value for name, value in sent.items() if value is not None or name in nullable}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanned:
    """What a code belongs to: an appliance with warranty and history, or a part with price and stock."""

    appliance: dict[str, Any] | None = None
    warranty_until: date | None = None
    history: list[Past] | None = None
    part: Part | None = None


@router.get("/knowledge", summary="Search the knowledge base", response_model=Page[Article])
def articles(
    ask: Ask,
    paged: Annotated[Paging, Depends(paging)],
    q: Annotated[str | None, Query(max_length=200, description="Words to look for; the best 50 come first.")] = None,
    kind: Annotated[Kind | None, Query(description="For this kind, or for any.")] = None,
    fault: Annotated[str | None, Query(max_length=40, description="About this fault.")] = None,
) -> Response:
    """Articles by id, or by relevance where words are given (then one page)."""

    def work(connection: Connection) -> dict[str, Any]:
        if q and q.strip():
            found = search_articles(connection, q.strip(), min(paged.limit, 50), kind=kind, fault=fault)
            return {"items": found, "next": None}
        listed = list_articles(connection, after_text(paged), paged.limit + 1, kind=kind, fault=fault)
        return page(paged, listed, lambda a: (a.id,))

    return reading(ask, work)


@router.post("/knowledge", summary="Write an article", status_code=201, response_model=Article)
def new_article(ask: Ask, body: NewArticle) -> Response:
    """Write down what was learned; 409 if the id is taken."""
    headers = {"Location": f"/api/v1/knowledge/{body.id}"}
    values = body.model_dump(mode="json")
    return changing(ask, lambda c: Answer(value=add_article(c, values), status=201, headers=headers))


@router.get("/knowledge/{article_id}", summary="Read an article", response_model=Article)
def article(ask: Ask, article_id: str) -> Response:
    """One article."""
    return reading(ask, lambda c: read_article(c, article_id))


@router.patch("/knowledge/{article_id}", summary="Change an article", response_model=Article)
def change(ask: Ask, article_id: str, body: ArticleChange) -> Response:
    """Change what is sent. Needs If-Match with the ETag that was read."""

    def work(connection: Connection) -> Answer:
        check_version(ask, lock_article(connection, article_id), required=True)
        return Answer(value=change_article(connection, article_id, body.changes()))

    return changing(ask, work)


@router.get("/scan/{code}", summary="What a code belongs to", response_model=Scanned)
def scan(ask: Ask, code: str) -> Response:
    """An appliance by serial number or id with warranty and history, else a part by bar code with price and stock."""

    def work(connection: Connection) -> Scanned:
        found = appliance_by_code(connection, code)
        if found is not None:
            return Scanned(
                appliance=asdict(found),
                warranty_until=warranty_ends(found.installed_on, found.facts),
                history=appliance_past(connection, found.id),
            )
        part = part_by_barcode(connection, code)
        if part is None:
            raise NotFound(f"nothing has the code {code[:80]}; look for it with GET /api/v1/appliances or /parts")
        return Scanned(part=part)

    return reading(ask, work)
