"""The tables. Everything the system knows is here; Prefect, the mailbox and the pages only read it.

Times are aware and stored in UTC. A check or unique key stands for every rule the database can hold.
Secrets are kept as keyed hashes only (`engine/links.py`).
"""

from engine.models.council import Ballot, ListLine, NominationList, Recusal, Result, Seat, Vote, Voting
from engine.models.nominations import Attachment, Check, Comment, Nomination
from engine.models.people import Grant, Link, Person, SignIn
from engine.models.record import DemoClock, Event, EventToTell, Message
from engine.models.rounds import Definition, DepartmentReply, Leave, Moment, Round, StageWindow
from engine.models.submission import Decision, Dossier, DossierLine

__all__ = [
    "Attachment",
    "Ballot",
    "Check",
    "Comment",
    "Decision",
    "Definition",
    "DemoClock",
    "DepartmentReply",
    "Dossier",
    "DossierLine",
    "Event",
    "EventToTell",
    "Grant",
    "Leave",
    "Link",
    "ListLine",
    "Message",
    "Moment",
    "Nomination",
    "NominationList",
    "Person",
    "Recusal",
    "Result",
    "Round",
    "Seat",
    "SignIn",
    "StageWindow",
    "Vote",
    "Voting",
]
