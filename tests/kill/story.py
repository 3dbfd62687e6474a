"""The whole review, played through the doors its users have, while everything is being killed.

Each act is pressed until it is acknowledged, and written down in `Told`: what the users were told.
"""

import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from io import BytesIO
from random import Random
from threading import Lock
from typing import TypeVar

from pypdf import PdfWriter
from sqlmodel import Session, col, select

from config.files import read_folder
from engine.models import Event, Round, Seat
from engine.models import Person as Row
from tests.kill.house import CONFIG, House
from tests.kill.person import Person, buttons, hidden
from tests.kill.told import Ballot, Told

FINAL = "ntm-2025-tong-ket"
OFFICE, HEAD, SECRETARY = "ly-thi-mai", "vi-minh-tu", "nguyen-duc-khanh"
Nominees = tuple[tuple[str, str], ...]  # somebody of the roster, or "" for the department itself; the award
# Department, its clerk, its head, and whom it proposes for what.
DEPARTMENTS: tuple[tuple[str, str, str, Nominees], ...] = (
    (
        "ke-hoach-tong-hop",
        "chu-van-dat",
        "hoang-van-thuy",
        (("loc-thi-hien", "giay-khen"), ("", "bang-khen-tinh")),
    ),
    (
        "chinh-sach",
        "hoang-thi-nhung",
        "lam-van-huu",
        (("lam-van-huu", "giay-khen"), ("dam-thi-yen", "bang-khen-tinh")),
    ),
)
FILES = ("bao-cao-thanh-tich", "bien-ban-hop-phong")
TICKS = (*FILES, "dung-doi-tuong", "khong-xem-xet-ky-luat", "thanh-tich-chua-khen")
ANSWERS = {"xep_loai": "tot", "dang_xem_xet": "no", "don_thu": "no", "da_khen": "no"}
POINTS = {"giay-khen": "75.2-chuyen-de", "bang-khen-tinh": "74.1.a"}
BALLOT = f"/phieu/{FINAL}"
OFFICE_ROUND = f"/vp/dot/{FINAL}"
DECISION, SUBMISSION, PROVINCE = "41/QĐ-BDT", "12", "2105/QĐ-UBND"

Given = TypeVar("Given")


class Story:
    """The people and the acts, phase by phase; `per_phase` kills are allowed in each."""

    def __init__(self, house: House, *, seed: int, per_phase: int) -> None:
        self.house, self.per_phase = house, per_phase
        self.random = Random(f"story {seed}")  # noqa: S311 — chance, not secrecy
        self.told = Told()
        self.seed = seed
        self.people: dict[tuple[str, str], Person] = {}
        self._door = Lock()
        self.province: set[str] = set()  # codes of what Sở Nội vụ is to award
        house.furnish(dict(read_folder(CONFIG)))

    def person(self, key: str, *, at: str = "office") -> Person:
        """Somebody at one of their browsers: the one at work, or the one a ballot's link was opened in."""
        with self._door:
            if (key, at) not in self.people:
                number = len(self.people) + 1
                self.people[key, at] = Person(self.house, key, number, seed=self.seed)
            return self.people[key, at]

    def leave(self) -> None:
        for person in self.people.values():
            person.browser.close()

    def play(self) -> Told:
        for phase in (self.plan, self.propose, self.check, self.compile, self.vote, self.decide, self.send):
            self.house.allow(self.per_phase)
            phase()
        self.house.quiet()
        return self.told

    def _together(self, work: Callable[[Given], None], on: Sequence[Given]) -> None:
        with ThreadPoolExecutor(4) as crowd:
            list(crowd.map(work, on))

    def _stage(self, wanted: str) -> None:
        def reached(session: Session) -> bool:
            return session.exec(select(Round.stage).where(Round.key == FINAL)).one() == wanted

        self.house.wait(reached, f"stage {wanted}")

    # — the phases —

    def plan(self) -> None:
        self.house.at("20/11/2025", "09:00")
        self.person(OFFICE).press("/vp/dot", {"key": FINAL})
        self.told.once["planned", ""] += 1
        self.house.at("24/11/2025", "08:01")
        self._stage("proposal")

    def propose(self) -> None:
        self._together(self._department, DEPARTMENTS)
        self.house.at("09/12/2025", "08:01")
        reminded = select(Event.id).where(Event.kind == "reminded")
        self.house.wait(lambda session: bool(session.exec(reminded).first()), "reminders")
        self.house.at("12/12/2025", "17:01")
        self._stage("office")

    def _department(self, of: tuple[str, str, str, Nominees]) -> None:
        department, clerk, head, nominees = of
        codes = [self._draft(self.person(clerk), department, *nominee) for nominee in nominees]
        at = f"/dot/{FINAL}/cua-phong"
        page = self.person(head).page(f"{at}?phong={department}")
        read = re.findall(r'name="codes"[^>]* value="([^"]+)"', page)  # each with the version on the page
        self.person(head).press(f"{at}/ky", {"phong": department, "codes": read})
        for code in codes:
            self.told.once["sign_off", code] += 1
        self.told.once["department_proposed", ""] += 1

    def _draft(self, clerk: Person, department: str, nominee: str, award: str) -> str:
        new = f"/dot/{FINAL}/de-nghi/moi"
        page = clerk.page(f"{new}?phong={department}")
        who = {
            "phong": department, "nonce": hidden(page, "nonce"), "act": "next", "award_key": award,
            "nominee_kind": "person" if nominee else "collective", "person_key": nominee,
        }  # fmt: skip
        code = clerk.press(new, who).split("/")[2]
        self.province |= {code} if award == "bang-khen-tinh" else set()
        self.told.once["started", code] += 1
        for summary in (self._summary(), self._summary()):
            page = clerk.page(f"/de-nghi/{code}/thanh-tich")
            clerk.press(f"/de-nghi/{code}/thanh-tich", self._deeds(page, award, summary))
            self.told.once["saved", code] += 1
            self.told.texts[code] = department, summary
        self._upload(clerk, code)
        clerk.press(f"/de-nghi/{code}/kiem-tra", {})
        self.told.once["finish", code] += 1
        return code

    def _summary(self) -> str:
        return (
            f"Vận động {self.random.randint(10, 99)} hộ hiến {self.random.randint(100, 9999)} m² đất, "
            "tổ chức mười lớp tập huấn cho hộ nghèo trong xã, được nhân dân và chính quyền xã ghi nhận."
        )

    def _deeds(self, page: str, award: str, summary: str) -> dict[str, str]:
        dates = {"period_from_day": "1", "period_from_month": "1", "period_from_year": "2021"}
        until = {"period_to_day": "31", "period_to_month": "10", "period_to_year": "2025"}
        return {
            "step": "thanh-tich", "act": "next", "version": hidden(page, "version"),
            "page": hidden(page, "page"), **dates, **until,
            "legal_point": POINTS[award], "summary": summary, "achievements": summary * 3,
            **{f"answers.{key}": value for key, value in ANSWERS.items()},
        }  # fmt: skip

    def _upload(self, clerk: Person, code: str) -> None:
        bytes_of = {item: self._pdf() for item in FILES}
        files = [
            (f"files.{item}", (f"{item}.pdf", content, "application/pdf"))
            for item, content in bytes_of.items()
        ]
        clerk.press(f"/de-nghi/{code}/tep", {"act": "next"}, files=files)
        for item, content in bytes_of.items():
            self.told.once["attached", code] += 1
            self.told.files.add((code, item, content))

    def _pdf(self) -> bytes:  # one blank page, and enough words to arrive in several pieces
        paper, kept = PdfWriter(), BytesIO()
        paper.add_blank_page(595, 842)
        paper.add_metadata({"/Subject": self.random.randbytes(50_000).hex()})
        paper.write(kept)
        return kept.getvalue()

    def check(self) -> None:
        office = self.person(OFFICE)
        for code in sorted(self.told.texts):
            at = f"/vp/de-nghi/{code}"
            page = office.page(at)
            form = {"seen": hidden(page, "seen"), "items": hidden(page, "items"), "act": "accept"}
            form |= {f"tick-{item}": "1" for item in TICKS}
            office.press(at, form, done=lambda: not self._offers(at, "accept"))  # noqa: B023 — asked at once
            self.told.once["checked", code] += 1
            self.told.once["accept", code] += 1

    def _offers(self, address: str, act: str) -> bool:
        return act in buttons(self.person(OFFICE).page(address))

    def compile(self) -> None:
        office, at = self.person(OFFICE), f"{OFFICE_ROUND}/danh-sach"
        steps = (
            ("compile", "publish", "list_compiled"),
            ("publish", "freeze", "list_published"),
            ("freeze", "unfreeze", "list_frozen"),
        )
        for act, then, kind in steps:
            form = {"seen": hidden(office.page(at), "seen"), "act": act}
            office.press(at, form, done=partial(self._offers, at, then))
            self.told.once[kind, ""] += 1
        for code in self.told.texts:
            self.told.once["freeze", code] += 1
        office.press(f"{OFFICE_ROUND}/mo-bo-phieu", {})
        self.told.once["council_opened", ""] += 1

    def vote(self) -> None:
        query = select(Row.key).join(Seat, col(Seat.person_id) == Row.id).order_by(col(Seat.position))
        keys = self.house.read(lambda session: session.exec(query).all())
        members = [self.person(key, at="ballot") for key in keys]
        for member in members:
            member.come_in = member.open_ballot
            member.ask_secretary = partial(self._another_link, member)
        self._together(lambda member: self._ballot(member, self._yes), members)
        self._together(lambda member: self._ballot(member, self._no), members[:3])
        self._together(lambda member: self._ballot(member, self._yes), members[1:3])
        self._together(lambda member: self._ballot(member, self._nothing_on_the_agency), members[3:5])
        self.person(SECRETARY).press(f"{OFFICE_ROUND}/tien-do-phieu/ket-thuc", {})
        self.told.once["vote_closed", ""] += 1

    def _another_link(self, member: Person) -> None:
        """Twice struck in the middle, a letter waits for a person to decide; here the secretary does."""
        self.person(SECRETARY).press(f"{OFFICE_ROUND}/tien-do-phieu/duong-dan", {"person": member.id})

    # However many change their minds, every nomination stays above its threshold: the story goes on.
    def _yes(self, _code: str) -> str:
        return "yes"

    def _no(self, _code: str) -> str:
        return "no"

    def _nothing_on_the_agency(self, code: str) -> str:
        return "yes" if code in self.province else "abstain"

    def _ballot(self, member: Person, choose: Callable[[str], str]) -> None:
        page = member.page(BALLOT)
        codes = list(dict.fromkeys(re.findall(r'name="v-(\w+)"', page)))
        before = self.told.ballots.setdefault(member.id, [])
        choices = {code: choose(code) for code in codes}
        form = {f"v-{code}": choice for code, choice in choices.items()}
        member.press(BALLOT, form | {"next": "review"})
        page = member.page(f"{BALLOT}/xem-lai")
        assert {code: hidden(page, f"v-{code}") for code in codes} == choices
        member.press(f"{BALLOT}/xem-lai", form | {"list_hash": hidden(page, "list_hash")})
        shown = re.search(r"Mã biên nhận<br><strong>([0-9A-F-]+)</strong>", member.page(f"{BALLOT}/da-gui"))
        assert shown, "no receipt shown"
        before.append(Ballot(choices, shown[1]))
        self.told.once["ballot_sent", ""] += 1

    def decide(self) -> None:
        head = self.person(HEAD)
        page = head.page(f"/ky/{FINAL}")
        codes = re.findall(r'name="codes" value="(\w+)"', page)
        assert codes, "nothing recommended"
        head.press(f"/ky/{FINAL}/dong-y", {"codes": codes})
        self.told.once["head_approved", ""] += 1
        for code in codes:
            self.told.once["approve", code] += 1
        office = self.person(OFFICE)
        agency = sorted(set(codes) - self.province)
        form = {"codes": agency, "number": DECISION, **self._dated("dated")}
        office.press(f"{OFFICE_ROUND}/quyet-dinh", form)
        self.told.once["decided", ""] += 1
        for code in agency:
            self.told.once["decide", code] += 1
            self.told.results[code] = DECISION

    def _dated(self, name: str) -> dict[str, str]:
        now = self.house.now()
        return {f"{name}_day": str(now.day), f"{name}_month": str(now.month), f"{name}_year": str(now.year)}

    def send(self) -> None:
        office, at = self.person(OFFICE), f"{OFFICE_ROUND}/ho-so"
        facts = {
            "submission_number": SUBMISSION, "minutes_number": "03", "meeting_way": "circulated",
            "founding_number": "45/QĐ-BDT", "founding_date": "03/03/2025",
            **self._dated("submission_date"),
        }  # fmt: skip
        office.press(at, facts | {"seen": hidden(office.page(at), "seen")})
        self.told.once["dossier_prepared", ""] += 1
        office.press(f"{at}/tao", {})
        self.told.once["dossier_built", ""] += 1
        built = office.page(at)
        shown = {name: hidden(built, name) for name in ("version", "archive")}
        office.press(f"{at}/gui", shown | {"channel": "email"})
        self.told.once["dossier_sent", ""] += 1
        answers = f"{OFFICE_ROUND}/tra-loi"
        office.press(f"{answers}/da-nhan", {"version": "1", "receipt_number_1": "BN-7"})
        self.told.once["dossier_received", ""] += 1
        form = {"codes": sorted(self.province), "answer": "awarded", "number": PROVINCE}
        form |= self._dated("dated")
        office.press(answers, form)
        self.told.once["answered", ""] += 1
        for code in self.province:
            for kind in ("submit", "receive", "award"):
                self.told.once[kind, code] += 1
            self.told.results[code] = PROVINCE
        self._stage("closed")
