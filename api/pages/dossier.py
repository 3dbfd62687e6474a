"""The dossier workshop: facts, what is missing, building the archive, looking into it, sending it."""

from collections.abc import Mapping

from fastapi import APIRouter
from fastapi.responses import Response

from api import dossier_form
from api.actor import StaffVisit, Visit, demand
from api.downloads import download, send_bytes
from api.forms import Form, Number, Typed
from api.printing import demand_form, press_of, printed
from engine.clock import VIETNAM
from engine.commands import submission
from engine.commands.ground import stand_on
from engine.dossier.build import Source, build_archive, minutes_document
from engine.dossier.contents import DAMAGED, Entry, contents_of, media_type_of, one_file
from engine.dossier.package import verify_package
from engine.errors import Changed, Incomplete, NotFound, NotNow
from engine.queries import dossier as workshop
from engine.queries import dossier_source, rounds
from engine.queries.dossier_gate import Asked, fact_faults, field_of
from engine.stages import Role

router = APIRouter()
FOLDERS = {
    "01-to-trinh": "Tờ trình",
    "02-danh-sach": "Danh sách",
    "03-bien-ban": "Biên bản",
    "04-bao-cao-thanh-tich": "Báo cáo thành tích",
    "05-minh-chung": "Minh chứng",
}
CONFLICT = 409
DAMAGE = (
    "Bộ hồ sơ này trong kho không còn nguyên vẹn. "
    "Khôi phục tệp từ bản sao lưu, hoặc tạo lại bộ hồ sơ nếu chưa gửi, rồi làm lại."
)
GATE = "Thành phần hồ sơ"


@router.get("/vp/dot/{key}/ho-so")
def look(visit: StaffVisit, key: str) -> Response:
    """The office makes and sends the dossier; the head, in whose name it goes, may look."""
    demand(visit, Role.office, Role.head)
    return _workshop(visit, key)


@router.post("/vp/dot/{key}/ho-so")
def keep(visit: StaffVisit, key: str, form: Typed) -> Response:
    """Keep the facts; an archive built from older ones is then no longer this dossier.

    What another has saved meanwhile is shown beside what was typed: saving again is then a choice.
    """
    demand(visit, Role.office)
    alone = form.text("paper") == "minutes"
    with visit.read() as session:
        round_ = rounds.seen(session, key)
        shop = workshop.workshop_of(session, round_)
        today = visit.now.astimezone(VIETNAM).date()
        seats, returned = _named(shop)
        typed = dossier_form.read(form, seats, returned=returned, today=today)
        facts = dossier_form.of_minutes(typed.facts) if alone else typed.facts
        asked = Asked(round_.id, () if alone else shop.going, facts, shop.seats, shop.voting)
        wrong = fact_faults(session, round_.definition, asked)
    named = dict(typed.errors)
    found = ((field_of(name), said) for name, said in wrong.items())
    errors = [*typed.errors, *((field, said) for field, said in found if field not in named)]
    if errors:
        return _workshop(visit, key, typed=typed, errors=errors, status=422)
    try:
        with visit.change() as session:
            fill = submission.keep_minutes if alone else submission.prepare_dossier
            fill(session, visit.me, key, facts=facts, seen=form.text("seen"), now=visit.clock())
    except Changed as other:
        theirs = {name: str(value) for name, value in other.theirs.items()}
        told = dossier_form.standing(theirs, seats=seats, returned=returned)
        errors = [("", other.sentence), *told]
        return _workshop(visit, key, typed=typed, errors=errors, status=CONFLICT)
    return visit.go(f"/vp/dot/{key}/ho-so", f"Đã lưu thông tin {'biên bản' if alone else 'hồ sơ'}.")


@router.post("/vp/dot/{key}/ho-so/tao")
def build(visit: StaffVisit, key: str) -> Response:
    """Read, build and keep the archive outside any transaction; then seal it if nothing has changed."""
    demand(visit, Role.office)
    with visit.change() as session:
        version = submission.prepare_dossier(session, visit.me, key, facts={}, now=visit.clock()).version
    with visit.read() as session:
        round_ = rounds.seen(session, key)
        gaps = workshop.workshop_of(session, round_).gaps
        if gaps:
            errors = [("", "Hồ sơ còn thiếu, xem mục “Còn thiếu” dưới đây.")]
            return _workshop(visit, key, errors=errors, status=422)
        source = dossier_source.source_of(session, round_, version)
    sha256, size = _built(visit, source)
    with visit.change() as session:
        # The lock first: nobody may change the facts between this look and the seal.
        stand_on(session, key=key)
        if dossier_source.source_of(session, rounds.seen(session, key), version) != source:
            raise Changed(
                "Hồ sơ vừa được người khác sửa trong lúc tạo. Tải lại trang, xem lại rồi tạo lại.",
                theirs={},
                version=version,
            )
        submission.seal_dossier(
            session,
            visit.me,
            key,
            version=version,
            number=source.symbol,
            dated=source.day,
            sha256=sha256,
            size=size,
            now=visit.clock(),
        )
    return visit.go(
        f"/vp/dot/{key}/ho-so", f"Đã tạo bộ hồ sơ bản {version}. Kiểm tra lại từng văn bản trước khi gửi."
    )


@router.post("/vp/dot/{key}/ho-so/gui")
def send(visit: StaffVisit, key: str, form: Typed) -> Response:
    demand(visit, Role.office)
    try:
        _demand_whole(visit, key, form)
        with visit.change() as session:
            sent = submission.send_dossier(
                session,
                visit.me,
                key,
                version=form.number("version") or 0,
                channel=form.text("channel"),
                channel_number=form.text("channel_number"),
                seen=form.text("archive"),
                now=visit.clock(),
            )
            said = f"Đã gửi hồ sơ bản {sent.version}."
    except Incomplete as refused:
        errors = list(refused.fields.items())
        return _workshop(visit, key, sending=form.typed(), errors=errors, status=422)
    except Changed as other:
        return _workshop(visit, key, sending=form.typed(), errors=[("", other.sentence)], status=CONFLICT)
    return visit.go(f"/vp/dot/{key}/ho-so", said)


@router.get("/vp/dot/{key}/ho-so/bien-ban.{form}")
def minutes(visit: StaffVisit, key: str, form: str) -> Response:
    """The council's minutes by themselves, whatever passed; what the office has not said is left open."""
    demand(visit, Role.office, Role.head)
    demand_form(form)
    with visit.read() as session:
        source = dossier_source.minutes_source_of(session, rounds.seen(session, key))
    press = press_of(visit.installation.texts)
    return printed(press, minutes_document(source, press.texts), name="bien-ban", form=form)


@router.get("/vp/dot/{key}/ho-so/{version}.zip")
def archive(visit: StaffVisit, key: str, version: Number) -> Response:
    found = _version(visit, key, version)
    name = workshop.archive_name(key, version)
    return download(visit.installation.files, found.sha256, name=name, media_type="application/zip")


@router.get("/vp/dot/{key}/ho-so/{version}/kiem-tra")
def verify(visit: StaffVisit, key: str, version: Number) -> Response:
    """Reads the kept archive again and compares every sum; changes nothing."""
    found = _version(visit, key, version)
    with visit.read() as session:
        round_ = rounds.seen(session, key)
    try:
        faults = verify_package(visit.installation.files.path(found.sha256), sha256=found.sha256)
    except (NotFound, OSError):
        faults = ["Không đọc được tệp hồ sơ trong kho. Khôi phục từ bản sao lưu."]
    return visit.show("dossier/verify.html", round=round_, version=found, faults=faults)


@router.get("/vp/dot/{key}/ho-so/{version}/{path:path}")
def document(visit: StaffVisit, key: str, version: Number, path: str) -> Response:
    found = _version(visit, key, version)
    with visit.installation.files.open(found.sha256) as kept:
        try:
            data = one_file(kept, path)
        except KeyError:
            raise NotFound("Bộ hồ sơ không có tệp này.", help_from="Văn phòng") from None
        except DAMAGED:
            raise NotNow(DAMAGE, help_from="Văn phòng") from None
    return send_bytes(data, name=path.rpartition("/")[2], media_type=media_type_of(path))


def _named(shop: workshop.Workshop) -> tuple[dict[int, str], dict[int, str]]:
    """Names of the council's seats and of the nominations that came back, by id."""
    return {seat.id: seat.name for seat in shop.seats}, {line.id: line.name for line in shop.returned}


def _version(visit: Visit, key: str, version: int) -> workshop.Version:
    demand(visit, Role.office, Role.head)
    with visit.read() as session:
        return workshop.version_of(session, rounds.seen(session, key).id, version)


def _demand_whole(visit: Visit, key: str, form: Form) -> None:
    """What leaves is what was sealed. Read outside any transaction: it may be large. Raises Incomplete."""
    version, seen = form.number("version"), form.text("archive")
    with visit.read() as session:
        standing = workshop.versions_of(session, rounds.seen(session, key).id)
    if not seen or (version, "draft", seen) not in [(one.version, one.state, one.sha256) for one in standing]:
        return  # the command tells what is wrong with it, or that it has left
    try:
        visit.installation.files.whole(seen)
    except (NotFound, NotNow):
        raise Incomplete({"dossier": f"{DAMAGE} Chưa gửi gì đi."}) from None


def _built(visit: Visit, source: Source) -> tuple[str, int]:
    """Build the archive straight into the store; the SHA-256 it is kept under, and its size."""
    press = press_of(visit.installation.texts)
    store = visit.installation.files
    try:
        return store.keep_written(build_archive(source, press, store.path).write)
    except ValueError as fault:
        raise NotNow(f"Chưa tạo được bộ hồ sơ: {fault}", rule=GATE, help_from="quản trị hệ thống") from fault


def _workshop(
    visit: Visit,
    key: str,
    *,
    typed: dossier_form.Typed | None = None,
    sending: Mapping[str, str] | None = None,
    errors: list[tuple[str, str]] | None = None,
    status: int = 200,
) -> Response:
    with visit.read() as session:
        round_ = rounds.seen(session, key)
        shop = workshop.workshop_of(session, round_)
    return visit.show(
        "dossier/workshop.html",
        status=status,
        round=round_,
        shop=shop,
        fields=typed.fields if typed else dossier_form.shown(shop.facts),
        present=typed.present if typed else shop.present,
        ticked=typed.nothing_added if typed else {line.id for line in shop.returned if line.ticked},
        # A form refused for its own faults goes on from what it was filled from, not from what it never saw.
        seen=typed.fields.get("seen", "") if typed and status != CONFLICT else shop.seen,
        may_act=visit.me.has(Role.office),
        unsaved=typed is not None,  # what was typed must be saved before it can be built
        sending=sending or {},
        departments={unit.key: unit.name for unit in round_.definition.departments},
        contents=_contents(visit, shop.draft),
        folders=FOLDERS,
        errors=errors or [],
    )


def _contents(visit: Visit, version: workshop.Version | None) -> list[Entry]:
    if version is None or not version.sha256:
        return []
    try:
        with visit.installation.files.open(version.sha256) as kept:
            return contents_of(kept)
    except (NotFound, KeyError, *DAMAGED):
        return []  # said when somebody wants to send it, to open a part of it, or to have it checked
