"""The pinned Prefect server really starts the way we start it, lean, on loopback, with its pages."""

import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import psutil
import pytest

from flows.server import client_environment, is_healthy, server_command, server_environment
from tests.flows.server_child import ServerChild, free_port


def test_the_server_child_gets_no_secret_and_no_foreign_prefect_setting(tmp_path: Path) -> None:
    inherited = {
        "PATH": "/bin",
        "TDKT_SMTP_URL": "smtp://user:word@host",
        "PREFECT_API_KEY": "elsewhere",
        "PREFECT_PROFILE": "cloud",
    }
    environment = server_environment(tmp_path, 4200, inherited)
    assert environment["PATH"] == "/bin"
    assert environment["PREFECT_HOME"] == str(tmp_path)
    assert not {"TDKT_SMTP_URL", "PREFECT_API_KEY", "PREFECT_PROFILE"} & environment.keys()
    assert environment["DO_NOT_TRACK"] == "1"
    assert environment["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"


def test_the_server_listens_on_loopback_only() -> None:
    command = server_command(4321)
    assert command[command.index("--host") + 1] == "127.0.0.1"
    assert command[command.index("--port") + 1] == "4321"


def test_a_proxy_of_the_machine_is_kept_away_from_the_client(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "intranet.example, 127.0.0.1")
    environment = client_environment("http://127.0.0.1:4200/api", tmp_path)
    assert environment["NO_PROXY"] == "intranet.example,127.0.0.1,localhost"


def test_health_of_nothing_is_false_at_once_even_behind_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{free_port()}")
    begun = time.monotonic()
    assert not is_healthy(f"http://127.0.0.1:{free_port()}/api", 2.0)
    assert not is_healthy("not an address", 2.0)
    assert time.monotonic() - begun < 1.5


@pytest.mark.parametrize("status", [200, 503])
def test_health_is_the_answer_of_the_api(status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    class Api(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/api/health" else 404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{free_port()}")
    with HTTPServer(("127.0.0.1", 0), Api) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        assert is_healthy(f"http://127.0.0.1:{server.server_port}/api", 2.0) is (status == 200)
        thread.join()


@pytest.mark.prefect
def test_the_pinned_server_answers_and_serves_its_pages(prefect_server: ServerChild) -> None:
    assert prefect_server.get("/api/health").json() is True
    page = prefect_server.get("/", accept="text/html")
    assert (page.status_code, page.url.path) == (200, "/")
    assert prefect_server.get("/ui-settings").json()["default_ui"] == "v1"  # the newer pages look outward
    script = page.text.split('src="')[1].split('"')[0]
    assert script.startswith("/")
    assert prefect_server.get(script).status_code == 200
    settings = prefect_server.get("/api/admin/settings").json()
    assert settings["server"]["analytics_enabled"] is False
    assert (prefect_server.home / "ui").is_dir()
    assert (prefect_server.home / "prefect.db").is_file()


@pytest.mark.prefect
def test_the_server_is_small_and_opens_one_loopback_port(prefect_server: ServerChild) -> None:
    process = psutil.Process(prefect_server.pid)
    assert process.memory_info().rss < 230e6  # measured 179 MB; leaves room for other machines
    listening = [c.laddr for c in process.net_connections() if c.status == psutil.CONN_LISTEN]
    assert listening == [("127.0.0.1", prefect_server.port)]


@pytest.mark.prefect
def test_the_server_can_be_killed_and_started_again_in_the_same_home(prefect_server: ServerChild) -> None:
    prefect_server.run("rounds", "before", "2")
    prefect_server.kill()
    assert not is_healthy(prefect_server.api_url, 1.0)
    prefect_server.start()
    assert len(prefect_server.runs_of("before")) == 2
    prefect_server.run("rounds", "before", "2")
    assert len(prefect_server.runs_of("before")) == 4
