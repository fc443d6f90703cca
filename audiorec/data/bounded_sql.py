"""SQL over Parquet files of any size in bounded memory: DuckDB, which puts aside on the disk what does not fit.

It does not know what the files hold.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from audiorec.errors import WorkspaceError

# Enough for some millions of groups before anything goes to the disk.
_MEMORY = "200MB"


@contextmanager
def bounded_sql(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that puts aside into a folder of its own in `folder`, gone afterwards.

    One thread: sums come out the same every time. Raises WorkspaceError when the disk is full.
    """
    with tempfile.TemporaryDirectory(dir=folder, prefix=".sorting-") as aside:
        config: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": _MEMORY,
            "threads": 1,
            "temp_directory": aside,
            "autoinstall_known_extensions": False,
        }
        with duckdb.connect(config=config) as connection:
            try:
                yield connection
            except duckdb.Error as error:
                said = str(error).splitlines()[0]
                raise WorkspaceError(
                    f"{folder} cannot be sorted ({said}): see to the disk and run the same command"
                ) from error
