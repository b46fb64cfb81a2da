"""What a device says about itself: maker, model, firmware and the like."""

from typing import Final

from domain.readings import Device, Discovery, Item, Refusal, Refused
from ingest.dialects.address import is_storable
from ingest.dialects.json_text import Tree

LONGEST_FACT: Final = 300
"""Characters (E); topics and model names are shorter."""


class Facts:
    """Facts of one device, growing; what is empty, redacted, no text or not storable does not get in."""

    __slots__ = ("facts",)

    def __init__(self) -> None:
        self.facts: dict[str, str] = {}

    def put(self, name: str, value: Tree) -> None:
        """Take `value` under `name` if it says something."""
        if type(value) is int and abs(value) < 10**18:
            value = str(value)
        if type(value) is not str or not is_storable(value) or len(value) > LONGEST_FACT:
            return
        says = value.strip()
        if says and says != "REDACTED" and says.strip("xX-*") and is_storable(name):
            self.facts[name] = says

    def take(self, tree: dict[str, Tree], **keys: str) -> None:
        """Take from `tree` the keys named, each under the fact's name."""
        for name, key in keys.items():
            self.put(name, tree.get(key))

    def settle(self, device: Device, at_us: int) -> list[Item]:
        """The discovery, or why it is none."""
        if not self.facts:
            words = "the device says nothing about itself here"
            return [Refused(why=Refusal.NO_SIGNAL, detail=words, device=device)]
        return [Discovery(device=device, at_us=at_us, facts=self.facts)]
