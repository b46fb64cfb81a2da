"""Every word of a query is understood or refused: a filter with a typo would look like an answer."""

from fastapi import Request
from fastapi.dependencies.utils import get_flat_params
from fastapi.params import Query

from api.problems import RequestRefused


def refuse_unknown(request: Request) -> None:
    """RequestRefused (422), with the words that this path does understand, if the query holds another."""
    known = {
        param.alias
        for param in get_flat_params(request.scope["route"].dependant)
        if isinstance(param.field_info, Query)
    }
    for word in request.query_params:
        if word not in known:
            understood = f"it understands {', '.join(sorted(known))}" if known else "it takes no query"
            raise RequestRefused(
                422, f"{request.url.path} does not know '{word[:100]}'; {understood}", at=f"query.{word[:100]}"
            )
