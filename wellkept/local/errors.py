"""The one error of the embedded runtime."""

from domain.errors import WellkeptError

ELSEWHERE = (
    "Or bring your own: set WELLKEPT_DATABASE_URL and WELLKEPT_MQTT_URL, or start both with `docker compose up -d`."
)


class LocalRuntimeError(WellkeptError):
    """The embedded database or broker cannot be had here; the message is one line and says what to do.

    ``LocalRuntimeError(what, do)`` reads "what: do." Errors that another database and broker would cure end
    with how to bring those (``or_elsewhere``).
    """

    def __init__(self, what: str, do: str, *, or_elsewhere: bool = False) -> None:
        self.what = what
        self.do = do
        message = f"{what}: {do}." + (f" {ELSEWHERE}" if or_elsewhere else "")
        super().__init__(" ".join(message.split()))
