"""The models at work out of the registry: verified, and read once however often scoring asks."""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

import msgspec
import structlog

from domain.errors import BadInput, IllegalMove
from domain.signals import Kind
from models.trained.file import Sealed, parse_model, shipped
from models.trained.model import Provenance
from models.trained.speakers import Speakers
from store.database import Connection
from store.model_registry import NEXT, RegisteredModel, kinds_fallen_back, model_content, models_at_work
from store.model_registry import promote as lift

_log = structlog.get_logger(__name__)


def speakers_at_work(connection: Connection) -> Speakers:
    """The registered champion, or the shipped model; challengers; and who speaks where data has drifted.

    A model that cannot be read or was changed is left out with a loud word: the shipped one speaks instead of it.
    """
    champion, before, shadows = shipped(), None, []
    for one in models_at_work(connection):
        sealed = _verified(one.sha256, one.content or b"")
        if sealed is None:
            continue
        if one.state == "champion":
            champion, before = sealed, _before(connection, one.replaces)
        else:
            shadows.append(sealed)
    instead = {Kind(kind): before for kind in kinds_fallen_back(connection, champion.sha256)}
    return Speakers(champion=champion, shadows=shadows, instead=instead)


def promote(connection: Connection, model: RegisteredModel, *, actor: str, reason: str, at: datetime) -> str:
    """As in the registry; IllegalMove too for the model that speaks, in a shadow of its own it would agree always."""
    if NEXT.get(model.state) == "shadow":
        champion = speakers_at_work(connection).champion
        if champion is not None and champion.sha256 == model.sha256:
            raise IllegalMove(f"{model.sha256[:12]} speaks already: it cannot be tried against itself")
    return lift(connection, model, actor=actor, reason=reason, at=at)


def _before(connection: Connection, sha256: str | None) -> Sealed | None:
    """Who spoke before the champion: the model that it replaced, or the shipped one."""
    content = None if sha256 is None else model_content(connection, sha256)
    return shipped() if sha256 is None or content is None else _verified(sha256, content)


@lru_cache(maxsize=8)
def _verified(sha256: str, content: bytes) -> Sealed | None:
    try:
        sealed = parse_model(content, f"the registered model {sha256[:12]}")
        if sealed.sha256 != sha256:
            raise BadInput(f"the registered model {sha256[:12]} is another one than its hash says")
    except BadInput as error:
        _log.error("model_refused", text="a registered model is not used", sha256=sha256, why=str(error))
        return None
    return sealed


def provenance_as_json(origin: Provenance) -> Mapping[str, Any]:
    """As the registry keeps it."""
    found: dict[str, Any] = msgspec.to_builtins(origin)
    return found
