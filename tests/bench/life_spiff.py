"""The peer: SpiffWorkflow 3 with its state as JSON in SQLite. Runs in the throw-away environment of `peers`.

Like for like: WAL and synchronous=FULL, one commit for the start and one for each step, which loads the
instance from its JSON, completes the user task, runs on, and writes the JSON back. No task or history rows.
"""
# mypy: disable-error-code="import-not-found"

import sqlite3
import sys
from itertools import pairwise
from pathlib import Path

from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.util.task import TaskState

from tests.bench.turns import Play, serve

STEPS = 4
NAMES = ["start", *(f"step{n}" for n in range(1, STEPS + 1)), "end"]


def bpmn() -> bytes:
    """Start event, four user tasks, end event."""
    tasks = "".join(f'<bpmn:userTask id="{name}" name="{name}"/>' for name in NAMES[1:-1])
    flows = "".join(
        f'<bpmn:sequenceFlow id="{a}_{b}" sourceRef="{a}" targetRef="{b}"/>' for a, b in pairwise(NAMES)
    )
    return (
        '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="life">'
        f'<bpmn:process id="life" isExecutable="true"><bpmn:startEvent id="start"/>{tasks}'
        f'<bpmn:endEvent id="end"/>{flows}</bpmn:process></bpmn:definitions>'
    ).encode()


def main(folder: Path) -> None:
    parser = BpmnParser()
    parser.add_bpmn_str(bpmn())
    spec, subs = parser.get_spec("life"), parser.get_subprocess_specs("life")
    serializer = BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure())
    db = sqlite3.connect(folder / "spiff.db", isolation_level=None)
    db.executescript(
        "PRAGMA journal_mode=WAL; CREATE TABLE instance (id INTEGER PRIMARY KEY, state TEXT, done INTEGER)"
    )
    db.execute("PRAGMA synchronous=FULL")

    def one_life() -> None:
        db.execute("BEGIN IMMEDIATE")
        workflow = BpmnWorkflow(spec, subs)
        workflow.do_engine_steps()
        state = serializer.serialize_json(workflow)
        id_ = db.execute("INSERT INTO instance (state, done) VALUES (?, 0)", (state,)).lastrowid
        db.execute("COMMIT")
        for _ in range(STEPS):
            db.execute("BEGIN IMMEDIATE")
            row = db.execute("SELECT state FROM instance WHERE id = ?", (id_,)).fetchone()
            workflow = serializer.deserialize_json(row[0])
            (task,) = workflow.get_tasks(state=TaskState.READY, manual=True)
            task.run()
            workflow.do_engine_steps()
            changed = (serializer.serialize_json(workflow), workflow.is_completed(), id_)
            db.execute("UPDATE instance SET state = ?, done = ? WHERE id = ?", changed)
            db.execute("COMMIT")

    def prepare(count: int) -> Play:
        before = db.execute("SELECT count(*) FROM instance WHERE done").fetchone()[0]

        def play() -> dict[str, float]:
            for _ in range(count):
                one_life()
            return {"ended": db.execute("SELECT count(*) FROM instance WHERE done").fetchone()[0] - before}

        return play

    serve(prepare)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
