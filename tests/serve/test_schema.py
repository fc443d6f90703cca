"""The OpenAPI description, and whatever it allows being asked: never an answer of 500, always what was described."""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from audiorec.serve.app import make_server
from audiorec.serve.jobs import Jobs

schemathesis = pytest.importorskip("schemathesis")
hypothesis = pytest.importorskip("hypothesis")


@pytest.mark.slow
def test_nothing_that_may_be_asked_breaks_the_server(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Jobs, "_one", lambda *asked: 0)  # a job that is over at once
    server = make_server(root)
    with TestClient(server.app, base_url="http://127.0.0.1:8337") as client:
        server.desk.state.wait_ready(30)
        document = client.get("/api/v1/openapi.json").json()
        assert document["openapi"].startswith("3.")
        schema = schemathesis.openapi.from_dict(document)
        asked = 0
        for result in schema.get_all_operations():
            operation = result.ok()

            @hypothesis.settings(max_examples=12, deadline=None, derandomize=True, database=None,
                                 suppress_health_check=list(hypothesis.HealthCheck))  # fmt: skip
            @hypothesis.given(case=operation.as_strategy())
            def ask(case: "schemathesis.Case") -> None:
                nonlocal asked
                values = case.as_transport_kwargs(base_url="http://127.0.0.1:8337")
                answer = client.request(**values)
                asked += 1
                assert answer.status_code < 500, (values, answer.text)
                if answer.status_code >= 400:
                    assert answer.headers["content-type"] == "application/problem+json"

            ask()
    assert asked > 200
