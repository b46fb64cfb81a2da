"""Points in time as they come in: RFC 3339 with a zone, turned into UTC; anything else is refused with a reason."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, WithJsonSchema

_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


def _check_text(value: Any) -> Any:
    if isinstance(value, str) and not _RFC_3339.fullmatch(value):
        hint = "; in an address a + must be written %2B" if re.search(r" \d\d:\d\d$", value) else ""
        raise ValueError(f"a time is RFC 3339 with a zone, such as 2025-06-01T08:30:00Z{hint}")
    if not isinstance(value, str | datetime):
        raise ValueError("a time is text, RFC 3339 with a zone, such as 2025-06-01T08:30:00Z")
    return value


def _to_utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("a time needs a zone")
    try:
        return value.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("a time outside the years 1 to 9999") from error


Moment = Annotated[
    datetime,
    BeforeValidator(_check_text),
    AfterValidator(_to_utc),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2025-06-01T08:30:00Z"]}),
]
