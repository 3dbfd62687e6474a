"""What a request may carry: little without files, files only from a browser that brings a session, no NUL."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.forms import MOST_BESIDE_FILES, MOST_TEXT
from api.guard import PLAIN_FORM, SIX_FILES, TAKES_FILES, Guard
from engine.database import Database
from tests.api.office_given import BASE, Doors, words
from tests.factories import given_nomination, given_round
from tests.small_agency import ROUND

MULTIPART = {"Content-Type": "multipart/form-data; boundary=x"}
URLENCODED = {"Content-Type": "application/x-www-form-urlencoded"}
TO_FILES = "/de-nghi/abc/tep"
LIMIT = 2**20
FILES = LIMIT * SIX_FILES


def bare() -> TestClient:
    """The guard over a page that reads everything it is sent."""
    app = FastAPI()

    async def swallow(scope, receive, send) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
        while (await receive()).get("more_body"):
            pass
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"ok"})

    app.mount("/", swallow)
    guarded = Guard(app, public_url=BASE, upload_limit=LIMIT, cookie="tdkt", page=lambda _, said: said)
    return TestClient(guarded, base_url=BASE)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("path", "headers", "most"),
    [
        ("/vp/dot", URLENCODED, PLAIN_FORM),
        ("/vp/dot", {**URLENCODED, "Cookie": "tdkt=x"}, PLAIN_FORM),
        ("/vp/dot", {**MULTIPART, "Cookie": "tdkt=x"}, PLAIN_FORM),
        (TO_FILES, MULTIPART, PLAIN_FORM),
        (TO_FILES, {**MULTIPART, "Cookie": "tdkt_flash=x; tdkt="}, PLAIN_FORM),
        (TO_FILES, {**URLENCODED, "Cookie": "tdkt=x"}, PLAIN_FORM),
        (TO_FILES, {**MULTIPART, "Cookie": "tdkt=x"}, FILES),
        ("/de-nghi/abc/bo-sung", {**MULTIPART, "Cookie": "a=b; tdkt=x"}, FILES),
        ("/de-nghi/abc/tep/7/go", {**MULTIPART, "Cookie": "tdkt=x"}, PLAIN_FORM),
    ],
)
def test_only_files_of_a_session_may_be_large(path: str, headers: dict[str, str], most: int) -> None:
    assert bare().post(path, content=b"x" * most, headers=headers).status_code == 200
    answer = bare().post(path, content=b"x" * (most + 1), headers=headers)
    assert answer.status_code == 413
    assert re.search(r"quá lớn|quá dài|Đăng nhập ở thẻ mới", answer.text)


def test_every_form_with_files_is_let_through() -> None:
    pages = Path("api/templates").rglob("*.html")
    forms = [form for page in pages for form in re.findall(r"<form[^>]*>", page.read_text(encoding="utf-8"))]
    actions = [re.findall(r'action="([^"]*)"', form)[0] for form in forms if "multipart/form-data" in form]
    assert len(actions) == 2
    for action in actions:
        assert TAKES_FILES.fullmatch(re.sub(r"\{\{.*?\}\}", "abc", action)), action


@pytest.mark.parametrize("path", ["/dang-nhap", "/vp/dot"])
def test_a_body_that_hides_its_length_is_stopped(doors: Doors, path: str) -> None:
    def pieces() -> Iterator[bytes]:
        for _ in range(PLAIN_FORM // 2**18 + 2):
            yield b"x" * 2**18

    # The app itself shows an error of ours as a page, also where the answer is to an error already.
    answer = doors.nobody().post(path, content=pieces(), headers=URLENCODED)
    assert answer.status_code == 413
    assert "tối đa 2 MB" in words(answer)
    assert 'lang="vi"' in answer.text


@pytest.mark.parametrize("path", ["/dang-nhap", "/vp/dot", "/de-nghi/abc/tep"])
@pytest.mark.parametrize("files", [None, {"f": ("a.pdf", b"x")}])
def test_a_stranger_has_no_flood_of_text_shown_again(
    doors: Doors, path: str, files: dict[str, tuple[str, bytes]] | None
) -> None:
    data = {f"f{n}": '"' * (MOST_TEXT // 20) for n in range(21)}
    answer = doors.nobody().post(path, data=data, files=files)
    assert answer.status_code == 413
    assert "rút ngắn nội dung" in words(answer)
    assert len(answer.text) < 20_000


def test_the_longest_honest_form_is_kept_whole(doors: Doors) -> None:
    """Ten texts of the longest kind, in letters that take nine bytes each to send."""
    data = {f"answers.{n}": "ệ" * 20_000 for n in range(10)}
    answer = doors.nobody().post("/de-nghi/abc/thanh-tich", data=data)
    assert answer.status_code == 401
    assert answer.text.count("ệ" * 20_000) == 10


@pytest.mark.parametrize("files", [None, {"f": ("a.pdf", b"x")}])
def test_too_many_fields_are_no_crash(doors: Doors, files: dict[str, tuple[str, bytes]] | None) -> None:
    data = {f"f{n}": "" for n in range(MOST_BESIDE_FILES + 1 if files else 1001)}
    answer = doors.nobody().post("/vp/dot", data=data, files=files)
    assert answer.status_code == 400
    assert 'lang="vi"' in answer.text


def test_a_lost_session_is_told_to_sign_in_and_choose_the_files_again(doors: Doors) -> None:
    code = given_nomination(doors.scene)
    files = {"files.minh-chung": ("a.pdf", b"%PDF-" + b" " * PLAIN_FORM, "application/pdf")}
    answer = doors.nobody().post(f"/de-nghi/{code}/tep", files=files)
    assert answer.status_code == 413
    assert "Đăng nhập ở thẻ mới" in words(answer)
    doors.scene.clock.push(hours=13)
    old = doors.nobody()
    old.cookies.set("tdkt", "an-old-session")
    assert "phải chọn lại" in words(old.post(f"/de-nghi/{code}/tep", files=files))


@pytest.mark.parametrize("address", ["/de-nghi/a%00b", "/l/%00", "/dot/x?phong=%00"])
def test_a_nul_in_an_address_names_no_page(doors: Doors, address: str) -> None:
    answer = doors.at("office").get(address)
    assert answer.status_code == 404
    assert "Không có trang này" in words(answer)


def test_a_nul_in_a_choice_is_no_crash(database: Database, tmp_path: Path) -> None:
    head = Doors(given_round(database), tmp_path / "data").at("head")
    assert head.post(f"/ky/{ROUND}/dong-y", data={"codes": ["a\0b"]}).status_code in {404, 409, 422}
