"""Prices and budgets of decisions from the environment: `WELLKEPT_DECISION_` and the name of the field, in capitals."""

from collections.abc import Mapping
from dataclasses import fields, replace

from domain.decision_params import DecisionParams
from domain.errors import BadInput

PREFIX = "WELLKEPT_DECISION_"


def read_decision(environ: Mapping[str, str]) -> DecisionParams:
    """The defaults with what is set; BadInput names a variable that is unknown or cannot be understood."""
    known = {PREFIX + field.name.upper(): field.name for field in fields(DecisionParams)}
    values: dict[str, float] = {}
    for variable, text in environ.items():
        if not variable.startswith(PREFIX) or not text:
            continue
        if variable not in known:
            raise BadInput(f"{variable} is not known; there are {', '.join(sorted(known))}")
        try:
            values[known[variable]] = _number(text)
            replace(DecisionParams(), **{known[variable]: values[known[variable]]})
        except ValueError as error:
            raise BadInput(f"{variable}={text!r} cannot be understood: {error}") from error
    return replace(DecisionParams(), **values)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise ValueError("write a number, such as 120 or 0.2") from error
