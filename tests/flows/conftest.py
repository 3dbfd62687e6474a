"""One real Prefect server for the few tests that need it: its first start costs some 10 s."""

from collections.abc import Iterator

import pytest

from tests.flows.server_child import ServerChild


@pytest.fixture(scope="session")
def prefect_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerChild]:
    server = ServerChild(tmp_path_factory.mktemp("prefect"))
    try:
        server.start()
        yield server
    finally:
        server.kill()
