"""Settings that follow from one another, and those that would harm."""

from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli import app, main
from config.settings import BadSettings, Settings, read_settings


@pytest.fixture(autouse=True)
def _least_set(nothing_set: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """What has to be set is."""
    monkeypatch.setenv("TDKT_SECRET", "s" * 40)
    monkeypatch.setenv("TDKT_SMTP_URL", "smtp://127.0.0.1:25")


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ({}, "http://127.0.0.1:8000"),
        ({"TDKT_PORT": "8437"}, "http://127.0.0.1:8437"),
        ({"TDKT_HOST": "10.1.2.3", "TDKT_PORT": "80"}, "http://10.1.2.3:80"),
        ({"TDKT_HOST": "0.0.0.0", "TDKT_PORT": "8437"}, "http://127.0.0.1:8437"),  # noqa: S104 — read, not bound
        ({"TDKT_HOST": "::1"}, "http://[::1]:8000"),
        ({"TDKT_HOST": "::", "TDKT_PORT": "8437"}, "http://[::1]:8437"),
        ({"TDKT_PORT": "8437", "TDKT_PUBLIC_URL": "https://tdkt.example/"}, "https://tdkt.example"),
    ],
)
def test_links_lead_to_where_the_server_listens_unless_told_otherwise(
    given: dict[str, str], address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    assert read_settings().public_url == address


def test_an_address_that_follows_from_the_port_is_shown_as_the_default(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TDKT_PORT", "8437")
    said = CliRunner().invoke(app, ["settings"])
    assert said.exit_code == 0
    assert "TDKT_PUBLIC_URL: http://127.0.0.1:8437 (default)" in said.output


@pytest.mark.parametrize("bytes_", ["TDKT_PORT=8437\n".encode("utf-16"), b"# C\xe0i \xf0\xeat\n"])
def test_an_env_file_of_another_encoding_is_refused_with_the_remedy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, bytes_: bytes
) -> None:
    (tmp_path / ".env").write_bytes(bytes_)
    remedy = ".env: is not in UTF-8; open it in an editor and save it again as UTF-8"
    for command in (["check"], ["migrate"], ["settings"]):
        monkeypatch.setattr("sys.argv", ["tdkt", *command])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        assert (ended.value.code, remedy in said.out + said.err) == (2, True)


def test_a_mark_before_the_first_letter_of_the_env_file_costs_no_setting(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes("TDKT_PORT=8437\n".encode("utf-8-sig"))
    assert read_settings().port == 8437


@pytest.mark.parametrize("value", ["0", "0.0", "0.01", "-1", "PT0S", "PT0.09S", "00:00:00"])
def test_an_interval_that_would_burn_a_core_is_refused(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TDKT_POLL", value)
    with pytest.raises(BadSettings, match=r"^TDKT_POLL: must be at least 0\.1 seconds.*; 0\.5 does$"):
        read_settings()


@pytest.mark.parametrize("value", ["1e999", "nan", "soon"])
def test_an_interval_that_is_none_is_refused(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TDKT_POLL", value)
    with pytest.raises(BadSettings, match=r"^TDKT_POLL: "):
        read_settings()


@pytest.mark.parametrize(("value", "seconds"), [("0.1", 0.1), ("PT0.1S", 0.1), ("5", 5)])
def test_an_interval_with_a_pause_is_taken(
    value: str, seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TDKT_POLL", value)
    assert read_settings().poll == timedelta(seconds=seconds)


def test_every_interval_has_the_lower_bound() -> None:
    """A new setting of that kind must be an `Interval` too."""
    for name, field in Settings.model_fields.items():
        if field.annotation is timedelta:
            with pytest.raises(BadSettings, match=rf"TDKT_{name.upper()}: must be at least"):
                read_settings(**{name: 0})
