"""What every request passes: origin, pace, headers; a GET changes nothing, and no secret is logged."""

import hashlib
import logging
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from fastapi.routing import APIRoute
from sqlmodel import SQLModel, select

from api.app import PAGES
from engine.commands import linking
from tests.api.guard_given import PDF, given_file
from tests.api.office_given import BASE, Doors, words
from tests.factories import given_nomination, person

PEOPLE = ("clerk-cs", "chief-cs", "office", "head", "seat4")


def digest(doors: Doors) -> str:
    """A hash over every row of every table."""
    seen = hashlib.sha256()
    with doors.scene.database.read() as session:
        for table in SQLModel.metadata.sorted_tables:
            for row in session.execute(select(table).order_by(*table.primary_key.columns)):
                seen.update(f"{table.name}{tuple(row)}".encode())
    return seen.hexdigest()


def addresses(values: dict[str, str]) -> Iterator[str]:
    """Every GET address of the pages, with its parts filled in."""
    for page in PAGES:
        for route in page.router.routes:
            if isinstance(route, APIRoute) and "GET" in route.methods:
                yield re.sub(r"\{(\w+)\}", lambda part: values.get(part[1], "1"), route.path)


def token_for(doors: Doors, who: str) -> str:
    scene = doors.scene
    with scene.database.unit_of_work() as session:
        link = linking.issue_link(
            session,
            scene.keys,
            purpose="signin",
            person_id=person(session, who).id or 0,
            expires_at=scene.now + timedelta(hours=1),
            now=scene.now,
        )
        return linking.token_of(scene.keys, link)


def test_no_get_changes_anything(doors: Doors) -> None:
    code = given_nomination(doors.scene)
    values = {
        "key": doors.scene.key,
        "code": code,
        "attachment_id": str(given_file(doors, code)),
        "token": token_for(doors, "kh1"),
    }
    browsers = [*(doors.at(who) for who in PEOPLE), doors.nobody()]
    before = digest(doors)
    asked = 0
    for address in addresses(values):
        for browser in browsers:
            answer = browser.get(address)
            assert answer.status_code < 500, address
            asked += 1
    assert asked > 100
    assert digest(doors) == before


@pytest.mark.parametrize(
    ("address", "status"), [("/health", 200), ("/dang-nhap", 200), ("/khong-co", 404), ("/viec", 401)]
)
def test_a_page_can_be_asked_after(doors: Doors, address: str, status: int) -> None:
    """Mail scanners and monitors send HEAD; for them the page stands as for a browser."""
    nobody = doors.nobody()
    headers = nobody.head(address).headers
    assert nobody.head(address).status_code == nobody.get(address).status_code == status
    assert headers["content-type"] == nobody.get(address).headers["content-type"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "https://127.0.0.1.evil.example:8000"},
        {"Origin": "https://127.0.0.1:8000"},
        {"Origin": "http://["},
        {"Origin": ""},
        {"Origin": "null", "Host": ""},
        {"Host": "["},
        {"Host": "127.0.0.1:8000/x"},
    ],
)
def test_an_act_from_another_site_is_refused(doors: Doors, headers: dict[str, str]) -> None:
    code = given_nomination(doors.scene)
    clerk = doors.at("clerk-cs")
    before = digest(doors)
    answer = clerk.post(f"/de-nghi/{code}/rut", data={"reason": "x"}, headers=headers)
    assert answer.status_code == 403
    assert digest(doors) == before
    assert "Đã rút" not in words(clerk.get(f"/de-nghi/{code}"))


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "same-origin"}, {"Origin": BASE}, {}])
def test_an_act_from_our_own_pages_passes(doors: Doors, headers: dict[str, str]) -> None:
    code = given_nomination(doors.scene)
    answer = doors.at("clerk-cs").post(f"/de-nghi/{code}/rut", data={"reason": ""}, headers=headers)
    assert answer.status_code == 303


@pytest.mark.parametrize("address", ["/", "/viec", "/khong-co", "/l/x", "/dang-nhap"])
def test_every_answer_carries_the_headers(doors: Doors, address: str) -> None:
    headers = doors.nobody().get(address).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "strict-origin"
    assert headers["cache-control"] == "no-store"


def test_no_page_has_inline_script_or_style(doors: Doors) -> None:
    code = given_nomination(doors.scene)
    browser = doors.at("clerk-cs")
    for address in ("/viec", f"/de-nghi/{code}", f"/de-nghi/{code}/thanh-tich", f"/de-nghi/{code}/nguoi"):
        html = browser.get(address).text
        assert not re.search(r"<script(?![^>]*\bsrc=)", html), address
        assert not re.search(r"\sstyle=|<style|\son\w+=|javascript:", html), address


def test_guessing_is_braked_and_looking_is_not(doors: Doors) -> None:
    browser = doors.nobody()
    codes = [browser.post(f"/l/guess-{n}").status_code for n in range(22)]
    assert codes[:20] == [410] * 20
    assert codes[20:] == [429, 429]
    assert browser.get("/dang-nhap").status_code == 200
    assert browser.get("/l/guess-99").status_code == 429, "looking whether a link exists is guessing too"


def test_asking_for_letters_is_braked(doors: Doors) -> None:
    browser = doors.nobody()
    codes = [browser.post("/dang-nhap", data={"email": f"a{n}@b.vn"}).status_code for n in range(21)]
    assert codes == [200] * 20 + [429]
    again = doors.nobody()
    assert again.post("/l/nothing/gui-lai").status_code == 429, (
        "a letter asked for by an old link counts as well"
    )


def test_a_whole_council_behind_one_address_opens_its_links(doors: Doors) -> None:
    """Opening one's own link is no guess: 22 links looked at and opened within a minute brake nobody."""
    for _ in range(22):
        token, browser = token_for(doors, "kh1"), doors.nobody()
        assert browser.get(f"/l/{token}").status_code == 200
        assert browser.post(f"/l/{token}", follow_redirects=False).status_code == 303
    # The brake counts failures alone, so it has not closed.
    assert doors.nobody().get("/l/guess").status_code == 410


def test_no_secret_is_ever_logged(doors: Doors, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        token = token_for(doors, "clerk-cs")
        browser = doors.nobody()
        browser.get(f"/l/{token}")
        browser.post(f"/l/{token}")
        browser.post(f"/l/{token}")
        session_key = browser.cookies["tdkt"]
        browser.get("/viec")
        browser.post("/dang-nhap", data={"email": "clerk-kh@bdt.example"})
    ours = "\n".join(r.getMessage() for r in caplog.records if not r.name.startswith(("httpx", "httpcore")))
    for secret in (token, session_key, doors.scene.keys.links.hex(), "a-secret-of-the-tests"):
        assert secret not in ours


def test_a_file_is_sent_to_keep_and_never_run(doors: Doors) -> None:
    code = given_nomination(doors.scene)
    file = given_file(doors, code)
    answer = doors.at("chief-cs").get(f"/tep/{file}")
    assert answer.status_code == 200
    assert answer.content == PDF
    said = answer.headers["content-disposition"]
    assert said.startswith("attachment;")
    assert "filename*=UTF-8''Minh%20ch%E1%BB%A9ng%20%E2%80%93%20s%E1%BB%91%201.pdf" in said
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    # Not signed off yet: Văn phòng does not see it either.
    assert doors.at("office").get(f"/tep/{file}").status_code == 404


def test_health_answers_without_a_session(doors: Doors) -> None:
    assert doors.nobody().get("/health").text == "ok"
