"""The web process: serves ``assistant.app`` on a socket that its parent opened.

The parent holds the socket, so the port is taken before anything else starts, and a browser that asks while the
application is being started (again) waits for a moment instead of being refused.
"""

import socket
import sys


def main() -> None:
    """``python -m assistant.server.web FILE_DESCRIPTOR``"""
    import uvicorn

    from assistant.app import create_app

    listener = socket.socket(fileno=int(sys.argv[1]))
    config = uvicorn.Config(
        create_app(),
        log_level="info",
        access_log=False,
        proxy_headers=True,
        server_header=False,
        timeout_graceful_shutdown=3,
        ws_max_size=1 << 20,
    )
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
