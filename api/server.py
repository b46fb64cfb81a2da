"""Serving the API so that it stops at once although streams are open."""

from socket import socket

import uvicorn

from api.application import create_app
from api.settings import ApiSettings

GRACE_S = 5


class Server(uvicorn.Server):
    """Ends the streams of changes first: the server waits for open answers, and those never end by themselves."""

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        """End the streams, then stop as usual."""
        application = self.config.app
        broadcast = getattr(getattr(application, "state", None), "broadcast", None)
        if broadcast is not None:
            broadcast.close()
        await super().shutdown(sockets)


def api_server(settings: ApiSettings, *, port: int, host: str = "127.0.0.1") -> Server:
    """A server that is ready to `run()`; logging is left to the program."""
    config = uvicorn.Config(
        create_app(settings),
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_S,
    )
    return Server(config)
