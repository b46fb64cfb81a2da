"""A path on the command line that somebody really wrote."""

from pathlib import Path
from typing import Any

import click


class NamedPath(click.Path):
    """As click.Path, but an empty text, as an unset shell variable leaves, is refused and not taken for this folder."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(path_type=Path, **kwargs)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path; click's usage error if it is empty."""
        if not str(value).strip():
            self.fail("it is empty: write a name, or '.' for this folder", param, ctx)
        return super().convert(value, param, ctx)
