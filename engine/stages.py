"""The table of moves: every state of a nomination, every act, and who may do it when.

This table is the law. A definition may only narrow it, the flow gives it time, and the pages offer
what it allows.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache


class Stage(StrEnum):
    """Where a round stands. The four in the middle are the sentence of the mission."""

    planned = "planned"
    proposal = "proposal"
    office = "office"
    council = "council"
    submission = "submission"
    closed = "closed"


STAGES = (Stage.proposal, Stage.office, Stage.council, Stage.submission)


class State(StrEnum):
    """Where a nomination stands."""

    draft = "draft"
    ready = "ready"
    proposed = "proposed"
    returned = "returned"
    held = "held"
    accepted = "accepted"
    declined = "declined"
    withdrawn = "withdrawn"
    lapsed = "lapsed"
    listed = "listed"
    recommended = "recommended"
    not_recommended = "not_recommended"
    approved = "approved"
    refused = "refused"
    submitted = "submitted"
    received = "received"
    completion = "completion"
    awarded = "awarded"
    not_awarded = "not_awarded"
    revoked = "revoked"


EDITABLE = frozenset({State.draft, State.returned})
WITH_DEPARTMENT = frozenset({State.draft, State.ready, State.returned})
WITH_OFFICE = frozenset({State.proposed, State.held, State.accepted})
DEAD = frozenset({State.withdrawn, State.declined, State.lapsed})
FINAL = DEAD | {State.not_recommended, State.refused, State.awarded, State.not_awarded, State.revoked}


# What the frozen list held, and whatever became of it.
ON_THE_LIST = frozenset(
    {
        State.listed,
        State.recommended,
        State.not_recommended,
        State.approved,
        State.refused,
        State.submitted,
        State.received,
        State.completion,
        State.awarded,
        State.not_awarded,
        State.revoked,
    }
)

# Not with the office, nor ever dealt with by it to the end: no figure of what was sent counts them.
UNSENT = WITH_DEPARTMENT | {State.withdrawn, State.lapsed}


class Role(StrEnum):
    """Who acts. Clerk and department head are roles in one department; seats are roles in one round."""

    clerk = "clerk"
    department_head = "department_head"
    office = "office"
    member = "member"
    secretary = "secretary"
    chair = "chair"
    head = "head"
    admin = "admin"
    time = "time"


class Act(StrEnum):
    """What can be done to a nomination, in the office's verbs."""

    finish = "finish"
    reopen = "reopen"
    sign_off = "sign_off"
    withdraw = "withdraw"
    accept = "accept"
    return_to_department = "return_to_department"
    hold = "hold"
    release = "release"
    decline = "decline"
    lapse = "lapse"
    revive = "revive"
    freeze = "freeze"
    unfreeze = "unfreeze"
    recommend = "recommend"
    not_recommend = "not_recommend"
    approve = "approve"
    refuse = "refuse"
    decide = "decide"
    submit = "submit"
    receive = "receive"
    ask_completion = "ask_completion"
    award = "award"
    not_award = "not_award"
    withdraw_answer = "withdraw_answer"
    revoke = "revoke"


@dataclass(frozen=True)
class Move:
    """`act` takes a nomination from one of `sources` to `target`, in one of `stages`, by one of `roles`.

    `back_to`: where it may lead instead, because that is where it came from.
    """

    act: Act
    sources: frozenset[State]
    target: State
    stages: frozenset[Stage]
    roles: frozenset[Role]
    back_to: frozenset[State] = frozenset()


def _move(act: Act, sources: set[State], target: State, stages: set[Stage], roles: set[Role]) -> Move:
    return Move(act, frozenset(sources), target, frozenset(stages), frozenset(roles))


_DEPARTMENT = {Role.clerk, Role.department_head}
_EARLY = {Stage.proposal, Stage.office}
_LATE = {Stage.submission, Stage.closed}

MOVES: tuple[Move, ...] = (
    # A returned nomination may be finished and signed again while the office works, until its own date.
    _move(Act.finish, {State.draft, State.returned}, State.ready, _EARLY, _DEPARTMENT),
    _move(Act.reopen, {State.ready}, State.draft, _EARLY, _DEPARTMENT),
    _move(Act.sign_off, {State.ready}, State.proposed, _EARLY, {Role.department_head}),
    # While the office works only what was never signed: with the head's leave a department may still say no.
    _move(
        Act.withdraw,
        {State.draft, State.ready, State.proposed, State.returned, State.held, State.accepted},
        State.withdrawn,
        _EARLY,
        _DEPARTMENT,
    ),
    _move(Act.accept, {State.proposed}, State.accepted, _EARLY, {Role.office}),
    _move(Act.return_to_department, {State.proposed, State.accepted}, State.returned, _EARLY, {Role.office}),
    # NĐ 152/2025 Đ.4: hold, not reject, while a fact is being verified.
    _move(Act.hold, {State.proposed, State.accepted}, State.held, _EARLY, {Role.office}),
    _move(Act.release, {State.held}, State.proposed, _EARLY, {Role.office}),
    # After the vote only for what no list took up, so that a round can always end.
    _move(
        Act.decline,
        {State.proposed, State.accepted, State.held, State.returned},
        State.declined,
        _EARLY | {Stage.submission},
        {Role.office},
    ),
    _move(
        Act.lapse,
        {State.draft, State.ready},
        State.lapsed,
        {Stage.office, Stage.submission},
        {Role.office, Role.time},
    ),
    _move(Act.revive, {State.lapsed}, State.draft, {Stage.office}, {Role.office}),
    _move(Act.freeze, {State.accepted}, State.listed, {Stage.office}, {Role.office}),
    _move(Act.unfreeze, {State.listed}, State.accepted, {Stage.office}, {Role.office}),
    # The council advises (Luật TĐKT Đ.90); its result is a recommendation.
    _move(Act.recommend, {State.listed}, State.recommended, {Stage.council}, {Role.secretary, Role.time}),
    _move(
        Act.not_recommend,
        {State.listed},
        State.not_recommended,
        {Stage.council},
        {Role.secretary, Role.time},
    ),
    _move(Act.approve, {State.recommended}, State.approved, {Stage.submission}, {Role.head}),
    _move(Act.refuse, {State.recommended}, State.refused, {Stage.submission}, {Role.head}),
    _move(Act.decide, {State.approved}, State.awarded, {Stage.submission}, {Role.office, Role.head}),
    _move(Act.submit, {State.approved, State.completion}, State.submitted, {Stage.submission}, {Role.office}),
    _move(Act.receive, {State.submitted}, State.received, {Stage.submission}, {Role.office}),
    _move(
        Act.ask_completion,
        {State.submitted, State.received},
        State.completion,
        {Stage.submission},
        {Role.office},
    ),
    _move(Act.award, {State.submitted, State.received}, State.awarded, {Stage.submission}, {Role.office}),
    _move(
        Act.not_award,
        {State.submitted, State.received, State.completion},
        State.not_awarded,
        {Stage.submission},
        {Role.office},
    ),
    # An answer written to the wrong line; of awards only the province's (engine.commands.withdrawals).
    Move(
        Act.withdraw_answer,
        frozenset({State.not_awarded, State.completion, State.awarded}),
        State.submitted,
        frozenset(_LATE),
        frozenset({Role.office}),
        back_to=frozenset({State.received, State.completion}),
    ),
    # Luật TĐKT Đ.93: an award may be cancelled and recovered later.
    _move(Act.revoke, {State.awarded}, State.revoked, _LATE, {Role.head, Role.office}),
)

# A round may do without these and still reach its end.
DISPENSABLE = (
    Act.reopen, Act.withdraw, Act.return_to_department, Act.revive, Act.unfreeze,
    Act.ask_completion, Act.withdraw_answer, Act.revoke,
)  # fmt: skip

MOVE_OF: dict[Act, Move] = {move.act: move for move in MOVES}


@cache
def acts_from(state: State, stage: Stage) -> tuple[Act, ...]:
    """Acts that the table allows for a nomination in `state` while its round is in `stage`.

    Kept once read: a list page asks for every state at every look.
    """
    return tuple(move.act for move in MOVES if state in move.sources and stage in move.stages)
