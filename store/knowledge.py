"""The knowledge base: articles that ship with the program as files, and those that people write."""

import tomllib
from collections.abc import Mapping
from dataclasses import asdict, replace
from importlib.resources import files
from typing import Any, cast

from psycopg.types.json import Jsonb

from domain.errors import Conflict, NotFound
from domain.knowledge import Article, Cause
from store.api_rows import row, rows
from store.database import Connection
from store.sql import queries

_SQL = queries("knowledge")
_NOT_KINDS = ("any", "air")
"""Files that are not named after a kind: their articles say theirs, or are for any."""


def shipped_articles() -> list[Article]:
    """The articles of `store/articles/*.toml`, by id; ValueError names a file that is not as it should be."""
    found = []
    for file in sorted((files("store") / "articles").iterdir(), key=lambda f: f.name):
        if not file.name.endswith(".toml"):
            continue
        stem = file.name.removesuffix(".toml")
        try:
            entries = tomllib.loads(file.read_text(encoding="utf-8"))["article"]
            found += [_shipped(None if stem in _NOT_KINDS else stem, dict(entry)) for entry in entries]
        except (KeyError, TypeError, tomllib.TOMLDecodeError) as error:
            raise ValueError(f"store/articles/{file.name}: {error}") from error
    return sorted(found, key=lambda article: article.id)


def _shipped(stem: str | None, entry: dict[str, Any]) -> Article:
    kind = entry.pop("kind", stem)
    edition = entry.pop("version")
    causes = [Cause(**cause) for cause in entry.pop("causes")]
    name = f"{kind or 'any'}.{entry['fault']}"
    return Article(
        id=name, kind=kind, maker=None, model=None, causes=causes, edition=edition, edited=False, version=1, **entry
    )


def seed_knowledge(connection: Connection) -> int:
    """Enter the articles that ship, or their newer edition, except where people edited; how many were written."""
    with connection.transaction():
        return sum(connection.execute(_SQL["ship"], _written(asdict(a))).rowcount for a in shipped_articles())


def list_articles(
    connection: Connection, after: str | None, limit: int, *, kind: str | None, fault: str | None
) -> list[Article]:
    """Articles by id, from after `after`."""
    params = {"after": after, "limit": limit, "kind": kind, "fault": fault}
    return [_read(found) for found in rows(connection, Article, _SQL["page"], params)]


def search_articles(
    connection: Connection, words: str, limit: int, *, kind: str | None = None, fault: str | None = None
) -> list[Article]:
    """The articles most about `words`, best first; words only begun are found too."""
    params = {"q": words, "limit": limit, "kind": kind, "fault": fault}
    return [_read(found) for found in rows(connection, Article, _SQL["best"], params)]


def read_article(connection: Connection, article_id: str) -> Article:
    """One article; NotFound."""
    found = row(connection, Article, _SQL["one"], {"id": article_id})
    if found is None:
        raise NotFound(f"there is no article {article_id}; see GET /api/v1/knowledge")
    return _read(found)


def lock_article(connection: Connection, article_id: str) -> int:
    """Lock an article and return its version; NotFound."""
    found = connection.execute(_SQL["lock"], {"id": article_id}).fetchone()
    if found is None:
        raise NotFound(f"there is no article {article_id}; see GET /api/v1/knowledge")
    return int(found[0])


def articles_for(connection: Connection, kind: str, fault: str) -> list[Article]:
    """Every article about a fault of a kind, or of any kind."""
    return [_read(a) for a in rows(connection, Article, _SQL["for_fault"], {"kind": kind, "fault": fault})]


def add_article(connection: Connection, values: Mapping[str, Any]) -> Article:
    """Write an own article; Conflict if the id is taken."""
    if connection.execute(_SQL["add"], _written(values)).fetchone() is None:
        raise Conflict(f"there is an article {values['id']} already; change it with PATCH, or take another id")
    return read_article(connection, values["id"])


def change_article(connection: Connection, article_id: str, changes: Mapping[str, Any]) -> Article:
    """Write what changed into a locked article; from then on it is people's, and shipped editions leave it alone."""
    connection.execute(_SQL["change"], _written({**asdict(read_article(connection, article_id)), **changes}))
    return read_article(connection, article_id)


def _read(found: Article) -> Article:
    return replace(found, causes=[Cause(**cause) for cause in cast("list[dict[str, Any]]", found.causes)])


def _written(values: Mapping[str, Any]) -> dict[str, Any]:
    causes = values["causes"]
    said = [
        *(values["title"], values["summary"], values["fault"] or "", (values["kind"] or "").replace("_", " ")),
        *(values["steps"], values["safety"], values["tools"], [f"{c['cause']} {c['check']}" for c in causes]),
        *(values.get("maker") or "", values.get("model") or "", values["done_when"]),
    ]
    words = "\n".join(line for part in said for line in ([part] if isinstance(part, str) else part) if line)
    return {**values, "causes": Jsonb(causes), "words": words}
