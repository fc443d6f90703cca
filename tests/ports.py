"""Ports for servers that a test starts in another process."""

import random
import socket


def free_port() -> int:
    """A port that nobody listens on, below those from which the system takes one for a call that goes out."""
    while True:
        port = random.SystemRandom().randrange(20_000, 32_000)
        with socket.socket() as asking:
            asking.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                asking.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
