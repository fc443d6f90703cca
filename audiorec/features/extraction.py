"""How a library is extracted: the options of `audiorec extract` and of `Library.extract`, and who does the work."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from audiorec.errors import InputError
from audiorec.features.extract import Engine
from audiorec.features.workers import Crew
from audiorec.learning.at_once import processors


@dataclass(frozen=True)
class Extraction:
    """Which recipe, on which files, by whom, and where the features go."""

    recipe: str | Path = "features/default"
    """A shipped feature recipe or a TOML file."""
    overrides: Sequence[str] = ()
    """`key=value` texts that change the recipe."""
    jobs: int | None = None
    """Processes; None: one for each core."""
    nice: int = 0
    """How much they give way to other programs, 0 to 19."""
    max_memory: int | None = None
    """MB that each may have."""
    limit: int | None = None
    """Most files to describe in this run."""
    since: float = 0.0
    """Files that were last changed before, in seconds of the epoch, are left for another run."""
    retry: bool = False
    """Whether files that failed are looked at again."""
    min_length: float = 0.0
    """Seconds below which a file is left out."""
    engine: str = "local"
    """`local`, or `ray`: a cluster."""
    address: str | None = None
    """HOST:PORT of the cluster; None: RAY_ADDRESS, else one that is started here."""
    shards: str = ""
    """A URL where features go (s3://, gs://, file://); "": the workspace's folder."""

    def __post_init__(self) -> None:
        if self.engine not in ("local", "ray"):
            raise InputError(f"no engine {self.engine!r}: choose local or ray")
        if self.engine == "local" and self.address is not None:
            raise InputError("--address names a Ray cluster: add --engine ray")
        if self.engine == "ray" and self.jobs is not None:
            raise InputError("--engine ray uses every processor of the cluster: leave out --jobs")

    @property
    def crew(self) -> Crew:
        """The processes of this machine."""
        return Crew(self.jobs or processors(), self.nice, self.max_memory)

    @property
    def describe(self) -> Engine | None:
        """Who describes; None: the crew. Raises InputError where no cluster answers."""
        if self.engine == "local":
            return None
        from audiorec.features import ray_engine
        from audiorec.learning import ray_cluster

        return partial(ray_engine.describe_all, address=ray_cluster.reachable(self.address))
