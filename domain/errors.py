"""The error tree of Wellkept.

WellkeptError
├── BadInput            what came from outside breaks a rule; the message says which and what to do
│   └── IllegalMove     a state machine refuses the change asked for
├── NotFound            the thing named does not exist
├── Conflict            somebody else changed it first, or it exists already
└── Unavailable         a database or broker does not answer; trying again later is right
    └── Crossed         two changes waited for each other and the database undid one; the same again succeeds
"""


class WellkeptError(Exception):
    """Any failure that Wellkept foresees; its text is fit for a person."""


class BadInput(WellkeptError):
    """Input breaks a rule."""


class IllegalMove(BadInput):
    """A state machine refuses the change asked for."""


class NotFound(WellkeptError):
    """The thing named does not exist."""


class Conflict(WellkeptError):
    """Somebody else changed it first, or it exists already."""


class Unavailable(WellkeptError):
    """A database or broker does not answer; trying again later is right."""


class Crossed(Unavailable):
    """Two changes waited for each other and the database undid this one; the same again succeeds."""
