"""The demonstration's doors: people to play, a clock, a mailbox; and that none of it exists anywhere else."""

import asyncio
import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from threading import Thread

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from api.app import create_app
from api.demo import clock, mail_server, mailbox, start
from config.settings import Settings, read_settings
from engine.clock import VIETNAM
from engine.errors import NotFound
from engine.installation import Installation
from engine.models import SignIn
from tests.api.demo_given import opened, settings_for

HOST = "http://127.0.0.1:8000"


@pytest.fixture
def client(here: Installation, tmp_path: Path) -> Iterator[TestClient]:
    with TestClient(create_app(settings_for(tmp_path / "demo", demo=True), here), base_url=HOST) as client:
        yield client


def test_every_persona_can_be_played_and_history_says_so(client: TestClient, here: Installation) -> None:
    page = client.get("/demo")
    assert page.status_code == 200
    for who in ("Tô Thị Phượng", "Lương Thị Hồng Vân", "Nguyễn Đức Khánh", "Vi Minh Tú", "Triệu Văn Quân"):
        assert who in page.text
    assert page.text.count('name="person"') >= 25
    answer = client.post("/demo", data={"person": "to-thi-phuong"}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/viec")
    assert "Tô Thị Phượng" in client.get("/viec").text
    with here.database.read() as session:
        assert session.exec(select(SignIn.door)).all() == ["demo"]
    client.post("/demo", data={"person": "vi-minh-tu"})
    assert "Vi Minh Tú" in client.get("/viec").text


def test_playing_somebody_unknown_is_refused(client: TestClient) -> None:
    assert client.post("/demo", data={"person": "nobody"}).status_code == 404


def test_pushing_the_clock_signs_nobody_out(client: TestClient, here: Installation) -> None:
    client.post("/demo", data={"person": "ly-thi-mai"})
    client.post("/demo/clock", data={"push": "to", "day": "31/12/2025", "hour": "17:00"})
    assert here.clock() > clock.BEGINS + timedelta(days=21)
    assert client.get("/viec").status_code == 200


def test_the_clock_goes_to_the_next_moment_by_an_hour_and_to_a_time(
    client: TestClient, here: Installation
) -> None:
    page = client.get("/demo/clock").text
    assert "8 giờ 00, thứ Năm 11/12/2025" in page
    assert "mọi việc đến hạn" not in page
    assert "chỉ lần cuối được gửi, đẩy qua cả hạn thì không nhắc nữa" in page
    client.post("/demo/clock", data={"push": "next"})
    reached = here.clock().astimezone(VIETNAM)
    assert f"{reached:%d/%m/%Y %H:%M}" == "11/12/2025 08:00"
    client.post("/demo/clock", data={"push": "hour"})
    assert f"{here.clock().astimezone(VIETNAM):%H:%M}" == "09:00"
    answer = client.post("/demo/clock", data={"push": "to", "day": "12/12/2025", "hour": "16:59"})
    assert "16 giờ 59, thứ Sáu 12/12/2025" in answer.text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"day": "01/12/2025", "hour": "8:00"}, "Đồng hồ chỉ chạy tới"),
        ({"day": "", "hour": "8:00"}, "Ghi ngày"),
        ({"day": "31/2/2026", "hour": "8:00"}, "không phải là ngày"),
        ({"day": "12/12/2025", "hour": "25:00"}, "không phải là giờ"),
    ],
)
def test_the_clock_never_goes_back_nor_to_nonsense(
    client: TestClient, here: Installation, typed: dict[str, str], said: str
) -> None:
    before = here.clock()
    answer = client.post("/demo/clock", data={"push": "to", **typed})
    assert answer.status_code == 422
    assert said in answer.text
    assert timedelta(0) <= here.clock() - before < timedelta(minutes=1)


def test_a_look_at_the_clock_changes_nothing(client: TestClient, here: Installation) -> None:
    client.get("/demo/clock?push=hour")
    assert here.clock() - clock.BEGINS < timedelta(hours=1)


def a_letter(number: int, to: str = "Tô Thị Phượng <to-thi-phuong@example.vn>") -> bytes:
    letter = EmailMessage()
    letter["Subject"] = f"Nhắc việc số {number}"
    letter["From"], letter["To"] = "Văn phòng <van-phong@example.vn>", to
    letter["Date"] = "Wed, 10 Dec 2025 09:00:00 +0700"
    letter.set_content(f"Mời mở {HOST}/l/tdkt1_abc{number} để bỏ phiếu.\n")
    letter.add_alternative(
        f'<html><head><title>x</title></head><body style="color:red"><script>alert(1)</script>'
        f'<a href="{HOST}/l/tdkt1_abc{number}">Mở</a></body></html>',
        subtype="html",
    )
    letter.add_attachment(b"BEGIN:VCALENDAR", maintype="text", subtype="calendar", filename="hạn nộp.ics")
    return letter.as_bytes()


def put(folder: Path, *letters: bytes) -> None:
    folder.mkdir(exist_ok=True)
    for number, letter in enumerate(letters, start=1):
        (folder / f"{number:015d}.eml").write_bytes(letter)


def test_the_mailbox_lists_letters_newest_first_and_by_recipient(client: TestClient, tmp_path: Path) -> None:
    empty = client.get("/demo/mailbox")
    assert "Chưa có thư nào" in empty.text
    others = [a_letter(n, "Vi Minh Tú <vi@example.vn>") for n in range(3, 30)]
    put(tmp_path / "demo" / "mail", a_letter(1), a_letter(2), *others)
    page = client.get("/demo/mailbox").text
    assert page.index("Nhắc việc số 29") < page.index("Nhắc việc số 28")
    assert "Nhắc việc số 2<" not in page
    assert "Nhắc việc số 2<" in client.get("/demo/mailbox?page=2").text
    hers = client.get("/demo/mailbox?to=to thi phuong").text
    assert "2 thư" in hers
    assert "Nhắc việc số 29" not in hers
    assert "Chưa có thư nào gửi" in client.get("/demo/mailbox?to=nobody").text


def test_a_letter_is_shown_safely_with_its_links(client: TestClient, tmp_path: Path) -> None:
    put(tmp_path / "demo" / "mail", a_letter(7))
    address = "/demo/mailbox/000000000000001"
    page = client.get(address)
    assert f'href="{HOST}/l/tdkt1_abc7"' in page.text
    assert "<script>alert" not in page.text
    assert "frame-src 'self'" in page.headers["content-security-policy"]
    assert 'sandbox="allow-top-navigation-by-user-activation"' in page.text
    html = client.get(f"{address}/html")
    assert f'href="{HOST}/l/tdkt1_abc7"' in html.text
    assert '<base target="_top">' in html.text
    policy = html.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'; img-src 'self'")
    assert "script-src" not in policy
    file = client.get(f"{address}/tep/1")
    assert file.content == b"BEGIN:VCALENDAR"
    assert file.headers["content-disposition"] == 'attachment; filename="h_n_n_p.ics"'
    assert "frame-src" not in client.get("/demo").headers["content-security-policy"]


@pytest.mark.parametrize("id_", ["000000000000009", "..%2Fsecret", "x"])
def test_a_letter_that_is_not_there_is_not_found(client: TestClient, id_: str) -> None:
    assert client.get(f"/demo/mailbox/{id_}").status_code == 404


def test_a_letter_is_never_a_path(tmp_path: Path) -> None:
    (tmp_path / "secret.eml").write_bytes(a_letter(1))
    folder = tmp_path / "mail"
    folder.mkdir()
    with pytest.raises(NotFound):
        mailbox.letter(folder, "../secret")


@contextmanager
def post_office(folder: Path) -> Iterator[int]:
    """The demonstration's SMTP server on a free port, in a thread of its own."""
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(
        loop.create_server(mail_server.door(mail_server.Keeper(folder), loop), "127.0.0.1", 0)
    )
    thread = Thread(target=loop.run_forever)
    thread.start()
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def test_the_post_office_keeps_each_letter_byte_for_byte(tmp_path: Path) -> None:
    letters = [a_letter(n).replace(b"\n", b"\r\n") for n in range(3)]
    with post_office(tmp_path) as port, smtplib.SMTP("127.0.0.1", port) as relay:
        for letter in letters:
            relay.sendmail("van-phong@example.vn", ["to-thi-phuong@example.vn"], letter)
    kept = sorted(tmp_path.glob("*.eml"))
    assert [path.read_bytes() for path in kept] == letters
    assert [s.subject for s in mailbox.listing(tmp_path).letters] == [f"Nhắc việc số {n}" for n in (2, 1, 0)]


def test_a_page_elsewhere_reaches_no_door_by_a_name_of_its_own(client: TestClient) -> None:
    """A name that its owner points at 127.0.0.1 would be the same origin to a browser."""
    evil = {"Host": "evil.example", "Origin": "http://evil.example"}
    assert client.post("/demo", data={"person": "vi-minh-tu"}, headers=evil).status_code in {400, 403}
    assert client.get("/", headers=evil).status_code == 400


@pytest.mark.parametrize(
    ("method", "address"),
    [
        ("GET", "/demo"), ("POST", "/demo"), ("GET", "/demo/mailbox"), ("GET", "/demo/mailbox/1"),
        ("GET", "/demo/mailbox/1/html"), ("GET", "/demo/mailbox/1/tep/1"), ("GET", "/demo/clock"),
        ("POST", "/demo/clock"),
    ],
)  # fmt: skip
def test_outside_the_demonstration_its_doors_do_not_exist(sample: Path, method: str, address: str) -> None:
    settings = settings_for(sample, demo=False)
    here = opened(settings)
    app = create_app(settings, here)
    assert not [route for route in app.routes if getattr(route, "path", "").startswith("/demo")]
    with TestClient(app, base_url=HOST) as client:
        assert client.request(method, address, data={"person": "vi-minh-tu"}).status_code == 404
        assert "/demo" not in client.get("/").text
    assert here.clock() - clock.BEGINS > timedelta(days=30)
    here.database.dispose()


def test_its_environment_lets_nothing_of_a_real_system_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text(
        "TDKT_SMTP_URL=smtps://real:pw@mail.example.vn\nTDKT_DATABASE_URL=postgresql://real/db\n"
        "TDKT_PREFECT_API_URL=http://real/api\nTDKT_POLL=PT9S\nTDKT_SECRET=short\n"
    )
    variables = start.environment(tmp_path / "demo", port=8100, prefect_port=4300, smtp_port=2600)
    assert set(variables) == {f"TDKT_{name.upper()}" for name in Settings.model_fields}
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    settings = read_settings()
    assert settings.demo
    assert settings.smtp_url.get_secret_value() == "smtp://127.0.0.1:2600"
    assert settings.database_url == f"sqlite:///{tmp_path}/demo/tdkt.db"
    assert (settings.prefect_api_url, settings.poll, settings.port) == ("", timedelta(seconds=0.5), 8100)
    again = start.environment(tmp_path / "demo", port=8100, prefect_port=4300, smtp_port=2600)
    assert again["TDKT_SECRET"] == variables["TDKT_SECRET"]
