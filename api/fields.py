"""Types of the fields that requests carry."""

from collections.abc import Callable, Iterable
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

from fastapi import Query
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, GetCoreSchemaHandler, StringConstraints
from pydantic_core import CoreSchema

from domain.signals import Kind


def _be_strict_about_numbers(schema: Any) -> None:
    if isinstance(schema, dict):
        if schema.get("type") in ("int", "float", "bool"):
            schema["strict"] = True
        for part in schema.values():
            _be_strict_about_numbers(part)
    elif isinstance(schema, list):
        for part in schema:
            _be_strict_about_numbers(part)


class Body(BaseModel):
    """A request body: unknown fields are refused rather than ignored, and numbers are numbers, not texts or truths."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Ids and times stay lenient: JSON has no types for them, so that all of it cannot be strict."""
        schema = handler(source)
        _be_strict_about_numbers(schema)
        return schema


def _zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f"no time zone {name!r}; one of the IANA names such as Europe/Berlin")
    return name


def speakable(text: str) -> str:
    """The text itself; ValueError if the database cannot hold it."""
    if "\x00" in text:
        raise ValueError("a text cannot hold the character NUL")
    return text


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(speakable)]
Reason = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500), AfterValidator(speakable)
]
Id = Annotated[str, Field(pattern=r"^[a-z0-9-]{3,64}$")]
Latitude = Annotated[float, Field(ge=-90, le=90)]
Longitude = Annotated[float, Field(ge=-180, le=180)]
Zone = Annotated[str, AfterValidator(_zone)]
Phone = Annotated[
    str,
    Field(pattern=r"^\+?[0-9][0-9 ()/-]{1,38}$", description="Where owners reach a person; on their pages."),
]
Climate = Annotated[
    Literal["tropical", "subtropical", "temperate", "cold"],
    Field(description="Told from the latitude where nobody says otherwise."),
]
Region = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^\x00]*$"),
    Field(description="The area its figures count in, by your own names; without it a cell of one degree by one."),
]
Positive = Annotated[float, Field(gt=0, le=1e9)]


class Note(Body):
    """Why something is done; kept in its history."""

    reason: Reason | None = None


class Because(Body):
    """Why something is done; must be said."""

    reason: Reason


def _one_of(allowed: Iterable[str]) -> Callable[[str | None], str | None]:
    choices = sorted(allowed)

    def check(text: str | None) -> str | None:
        unknown = [] if text is None else [part for part in text.split(",") if part not in choices]
        if unknown:
            raise ValueError(f"{unknown[0][:40]!r} is not one of {', '.join(choices)}")
        return text

    return check


def chosen(text: str | None) -> list[str] | None:
    """The values of a filter that takes several, separated by commas."""
    return None if text is None else text.split(",")


def choice_query(allowed: Iterable[str], about: str) -> object:
    """A query filter of one or more of `allowed`, separated by commas."""
    choices = sorted(allowed)
    return Annotated[
        str | None,
        AfterValidator(_one_of(choices)),
        Query(description=f"{about}; several separated by commas. One of: {', '.join(choices)}."),
    ]


KINDS = tuple(str(kind) for kind in Kind)
