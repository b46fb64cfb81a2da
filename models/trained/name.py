"""What a model may be called, and how a name is shown that came from somewhere else."""

from typing import Final

from domain.errors import BadInput

MOST: Final = 200
"""Letters; the registry takes no more."""


def checked_name(name: str) -> str:
    """`name`, as it can be registered and stands on one line; BadInput says what is wrong with it."""
    if not name.strip():
        raise BadInput("a model needs a name: give it one (train --name)")
    if len(name) > MOST:
        raise BadInput(
            f"a model's name has at most {MOST} letters, this one has {len(name):,}: shorten it (train --name)"
        )
    if not name.isprintable():
        raise BadInput(f"the model's name {shown_name(name)} holds what cannot be printed, such as a line break: "
                       "give it another one (train --name)")  # fmt: skip
    return name


def shown_name(name: str) -> str:
    """Whatever somebody called a model on one line: what cannot be printed as its code, the end of a long one cut."""
    cut = name if len(name) <= MOST else f"{name[:MOST]}..."
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in cut)
