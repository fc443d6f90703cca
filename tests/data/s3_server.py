"""Moto's S3 server, run in an environment of its own; what it held when it was killed is there again at the next start.

    python s3_server.py PORT FOLDER

An object lies in the folder before its request is answered.
"""

import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote


def serve(port: int, folder: Path) -> None:
    """Serve the bucket `music`."""
    from moto.core import DEFAULT_ACCOUNT_ID
    from moto.s3.models import S3Backend, s3_backends
    from moto.server import ThreadedMotoServer

    put = S3Backend.put_object

    def put_and_keep(self: Any, bucket: str, key: str, value: bytes, *others: Any, **named: Any) -> Any:
        waiting = folder / ".waiting"
        waiting.write_bytes(value)
        waiting.replace(folder / quote(key, safe=""))
        return put(self, bucket, key, value, *others, **named)

    backend = s3_backends[DEFAULT_ACCOUNT_ID]["aws"]
    backend.create_bucket("music", "us-east-1")
    for path in folder.iterdir():
        if not path.name.startswith("."):
            put(backend, "music", unquote(path.name), path.read_bytes())
    S3Backend.put_object = put_and_keep
    ThreadedMotoServer(ip_address="127.0.0.1", port=port, verbose=False).start()
    time.sleep(1e6)


if __name__ == "__main__":
    serve(int(sys.argv[1]), Path(sys.argv[2]))
