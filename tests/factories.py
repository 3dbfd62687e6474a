"""A small agency and its rounds, made through the real commands: what a test needs is given in one line.

`given_round` and `given_nomination` bring a round or a nomination to a wanted stage or state the way people
would; `give_leave`, `open_vote`, `cast` and the like are one act of one person each.
"""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from engine.commands import council, listing, office, people, proposal, rounds, submission, voting, windows
from engine.database import Database
from engine.definition import Definition
from engine.models import Check, Nomination, NominationList, Voting
from engine.stages import Stage, State
from tests.scene import SECRET, FakeClock, Scene, nomination, person
from tests.small_agency import ROUND, SEATS, actor_with, keeper, small_definition, small_roster

__all__ = [
    "ROUND",
    "SEATS",
    "SECRET",
    "FakeClock",
    "Scene",
    "actor_with",
    "keeper",
    "nomination",
    "person",
    "small_definition",
    "small_roster",
]

SUMMARY = "Vận động nhân dân hiến đất làm đường thôn, tổ chức mười lớp tập huấn cho hộ nghèo trong xã."


def given_round(
    database: Database, *, stage: Stage = Stage.planned, definition: Definition | None = None
) -> Scene:
    """A roster and a round, planned on 1 October 2025 or opened up to `stage` on the 6th."""
    scene = Scene(database, FakeClock(datetime(2025, 10, 1, 2, tzinfo=UTC)))
    definition = definition or small_definition()
    scene.key = definition.key
    with database.unit_of_work() as session:
        people.load_roster(session, keeper(), "bdt", small_roster(), now=scene.now)
        office_ = scene.actor("office", session)
        rounds.plan(session, office_, definition, calendar=scene.calendar, now=scene.now)
        if stage != Stage.planned:
            scene.clock.set(date(2025, 10, 6))
            scene.set_stage(session, stage)
    return scene


def draft(name: str = "cs1", *, award: str = "bang-khen", **changes: Any) -> proposal.Draft:
    """A sound draft for somebody of a department."""
    made = proposal.Draft(
        nominee_kind="person",
        person_key=name,
        award_key=award,
        legal_point="74.1.a",
        period_from=date(2021, 1, 1),
        period_to=date(2025, 12, 31),
        summary=f"{SUMMARY} ({name})",
    )
    return replace(made, **changes)


def given_nomination(
    scene: Scene, *, who: str = "cs1", award: str = "bang-khen", state: State = State.draft, **changes: Any
) -> str:
    """A nomination of a colleague (the key names the department), in any state before the list; its code."""
    unit = who[:2]
    with scene.database.unit_of_work() as session:
        clerk, chief, office_ = (
            scene.actor(k, session) for k in (f"clerk-{unit}", f"chief-{unit}", "office")
        )
        now, key = scene.now, scene.key
        made = draft(who, award=award, **changes)
        code = proposal.start(session, clerk, key, department=unit, draft=made, now=now).code
        if state == State.draft:
            return code
        if state == State.withdrawn:
            proposal.withdraw(session, clerk, code, reason="", now=now)
            return code
        proposal.finish(session, clerk, code, now=now)
        if state == State.ready:
            return code
        proposal.sign_off(session, chief, key, department=unit, codes=[code], now=now)
        match state:
            case State.held:
                office.hold(session, office_, code, reason="Chờ xác minh.", now=now)
            case State.declined:
                office.decline(session, office_, code, reason="Không đủ điều kiện.", now=now)
            case State.accepted:
                office.tick(session, office_, code, ticks={"bao-cao": True}, now=now)
                office.accept(session, office_, code, now=now)
            case State.proposed | State.returned:
                pass
            case _:
                raise ValueError(state)
    if state == State.returned:
        return_to_department(scene, code)
    return code


def return_to_department(scene: Scene, *codes: str) -> None:
    """The office asks for a clearer summary of each."""
    with scene.database.unit_of_work() as session:
        office_ = scene.actor("office", session)
        said = {"summary": "Viết rõ hơn."}
        for code in codes:
            office.return_to_department(
                session, office_, code, comments=said, calendar=scene.calendar, now=scene.now
            )


def given_return(database: Database) -> tuple[Scene, list[str]]:
    """Two nominations of one department, returned on Friday 17 October 2025, due on Wednesday 22."""
    scene = given_round(database, stage=Stage.proposal)
    codes = [given_nomination(scene, who=who, state=State.proposed) for who in ("cs1", "cs2")]
    given_nomination(scene, who="kh1", state=State.proposed)
    scene.close_proposal()
    return_to_department(scene, *codes)
    return scene, codes


def give_leave(scene: Scene, until: date, *, department: str = "cs") -> bool:
    """The head lets a department act until the end of a day; whether that outlasts the office's time."""
    with scene.database.unit_of_work() as session:
        return windows.give_leave(
            session,
            scene.actor("head", session),
            scene.key,
            department=department,
            until=until,
            reason="Bão.",
            calendar=scene.calendar,
            now=scene.now,
        )


def given_frozen_list(scene: Scene) -> str:
    """Close the departments' stage, then compile, publish and freeze what is accepted; the list's hash."""
    scene.close_proposal()
    with scene.database.unit_of_work() as session:
        office_ = scene.actor("office", session)
        listing.compile_list(session, office_, scene.key, now=scene.now)
        listing.publish_list(session, office_, scene.key, now=scene.now)
        frozen: NominationList = listing.freeze_list(session, office_, scene.key, now=scene.now)
        return frozen.hash


def given_vote(
    database: Database,
    *,
    nominees: Sequence[tuple[str, str]] = (("cs1", "bang-khen"), ("kh1", "giay-khen")),
    definition: Definition | None = None,
    plant: Callable[[Session, Sequence[Nomination]], None] = lambda _session, _nominations: None,
) -> tuple[Scene, list[str], str]:
    """A round whose council votes on accepted nominations (person, award); scene, codes, the list's hash.

    `plant` changes the nominations in ways no form allows, before the list is compiled.
    """
    scene = given_round(database, stage=Stage.proposal, definition=definition)
    codes = [given_nomination(scene, who=who, award=award, state=State.accepted) for who, award in nominees]
    with scene.database.unit_of_work() as session:
        plant(session, [nomination(session, code) for code in codes])
    hash_ = given_frozen_list(scene)
    open_vote(scene)
    return scene, codes, hash_


def open_vote(scene: Scene) -> None:
    """The office puts the frozen list to the vote."""
    with scene.database.unit_of_work() as session:
        office_ = scene.actor("office", session)
        voting.open_vote(session, office_, scene.key, keys=scene.keys, calendar=scene.calendar, now=scene.now)


def cast(scene: Scene, seat: int, choices: Mapping[str, str], list_hash: str) -> str:
    """Send one seat's ballot; returns its receipt."""
    with scene.database.unit_of_work() as session:
        actor = scene.actor(f"seat{seat}", session)
        ballot = council.send_ballot(
            session, actor, scene.key, choices=choices, list_hash=list_hash, keys=scene.keys, now=scene.now
        )
        return ballot.receipt


def close_vote(scene: Scene, who: str = "seat3") -> bool:
    """Close the vote as the secretary, unless told otherwise."""
    with scene.database.unit_of_work() as session:
        actor = scene.actor(who, session)
        return council.close_vote(session, actor, scene.key, calendar=scene.calendar, now=scene.now)


def given_result(
    database: Database,
    *,
    nominees: Sequence[tuple[str, str]] = (("cs1", "bang-khen"), ("kh1", "giay-khen")),
    approved: bool = False,
) -> tuple[Scene, list[str]]:
    """A round after a vote in which everybody agreed on everything; `approved`: the head agreed too."""
    scene, codes, hash_ = given_vote(database, nominees=nominees)
    for seat in range(1, SEATS + 1):
        cast(scene, seat, dict.fromkeys(codes, "yes"), hash_)
    assert close_vote(scene)
    if approved:
        with scene.database.unit_of_work() as session:
            submission.approve(session, scene.actor("head", session), scene.key, codes=codes, now=scene.now)
    return scene, codes


def given_sealed_dossier(scene: Scene) -> None:
    """Prepare and seal version 1 of the dossier."""
    with scene.database.unit_of_work() as session:
        office_ = scene.actor("office", session)
        submission.prepare_dossier(session, office_, scene.key, facts={"place": "Lạng Sơn"}, now=scene.now)
        submission.seal_dossier(
            session,
            office_,
            scene.key,
            version=1,
            number="12/TTr-BDT",
            dated=scene.now.date(),
            sha256="ab" * 32,
            size=1000,
            now=scene.now,
        )


def planted(scene: Scene, state: State, *, stage: Stage, unit: str = "cs") -> str:
    """A nomination put straight into any state, and its round into any stage: for tests of the table alone.

    The one place where a state does not come from a command.
    """
    with scene.database.unit_of_work() as session:
        ground = scene.ground(session)
        ground.round.stage = stage.value
        code = secrets.token_hex(4)
        row = Nomination(
            code=code,
            round_id=ground.round_id,
            department_key=unit,
            state=state.value,
            nominee_kind="person",
            nominee_key=f"x:{unit}:{code}",
            nominee_name="Hứa Thị Khuê",
            nominee_folded="hua thi khue",
            award_key="bang-khen",
            type_key="chuyen_de",
            legal_point="74.1.a",
            period_from=date(2021, 1, 1),
            period_to=date(2025, 12, 31),
            summary=SUMMARY,
            created_at=scene.now,
            updated_at=scene.now,
            return_until=scene.now + timedelta(days=3) if state == State.returned else None,
        )
        session.add(row)
        session.flush()
        ticked = Check(nomination_id=row.id or 0, item_key="bao-cao", checked_by=1, checked_at=scene.now)
        session.add(ticked)
    return code


def the_vote(session: Session) -> Voting:
    return session.execute(select(Voting)).scalar_one()
