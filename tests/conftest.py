"""Tests see no encoder of the person who runs them: its output would be another thing on every machine."""

from collections.abc import Iterator

import hypothesis
import pytest

# A busy machine is no fault of what is tested: times are held by tests that count a processor's seconds.
hypothesis.settings.register_profile("busy", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("busy")


@pytest.fixture(scope="session", autouse=True)
def no_encoders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The user's data folder is an empty one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("data-home")))
        yield
