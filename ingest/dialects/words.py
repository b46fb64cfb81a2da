"""Words that stand for on and off, true and false; and how to take them into a draft."""

from types import MappingProxyType
from typing import Final

from ingest.dialects.address import shown
from ingest.dialects.draft import Draft
from ingest.dialects.json_text import Tree

ON_OFF: Final = MappingProxyType(
    {
        **dict.fromkeys(("ON", "TRUE", "1", "EIN", "AN"), True),
        **dict.fromkeys(("OFF", "FALSE", "0", "AUS"), False),
    }
)
"""English as devices ship; German as seen on a washing machine's plug. Other languages are kept as text."""


def put_switch(draft: Draft, name: str, value: Tree) -> None:
    """Take an on/off state; a word in no language known here is kept as text, with a note, not guessed."""
    if type(value) is bool or value is None:
        draft.put(name, value)
        return
    state = ON_OFF.get(str(value).upper()) if type(value) in (str, int) else None
    if state is not None:
        draft.put(name, state)
    else:
        draft.note(name, f"neither on nor off in a language known here: {shown(str(value), 40)}")
        draft.put(f"{name}_text", value if type(value) is str else None)
