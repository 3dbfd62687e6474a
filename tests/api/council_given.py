"""A round under vote, and its council at their ballots."""

from fastapi.testclient import TestClient

from engine.commands import linking, people
from tests.api.office_given import BASE, Doors
from tests.factories import person, the_vote


class Council(Doors):
    """Doors over a round under vote, with the codes on its list."""

    codes: list[str]
    hash: str

    def by_link(self, seat: int, *, scope: str = "") -> TestClient:
        """A browser whose session was opened by a seat's ballot link."""
        scene = self.scene
        with scene.database.unit_of_work() as session:
            link = linking.issue_link(
                session,
                scene.keys,
                purpose="ballot",
                person_id=person(session, f"seat{seat}").id or 0,
                scope=scope or str(the_vote(session).id),
                now=scene.now,
            )
            key, _ = people.open_link(session, scene.keys, linking.token_of(scene.keys, link), now=scene.now)
        return TestClient(self.app, base_url=BASE, cookies={"tdkt": key}, follow_redirects=False)
