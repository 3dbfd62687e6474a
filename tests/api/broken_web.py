"""The web application with a bug in it, for test_bug_text.py: what a database says when a key is taken."""

from fastapi import FastAPI

from api.app import from_environment

DETAIL = "Key (email)=(nguyen.van.a@example.vn) already exists."


def bug() -> None:
    raise ValueError(DETAIL)


class Outside:
    """A bug that no handler of ours ever sees: it lies around the whole application."""

    def __init__(self, app: FastAPI) -> None:
        self.app = app

    async def __call__(self, scope, receive, send) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001 — ASGI's own three
        if scope["type"] == "http" and scope["path"] == "/outside":
            try:
                bug()
            except ValueError as error:
                raise RuntimeError(f"while answering: {error}") from error
        await self.app(scope, receive, send)


def with_a_bug() -> Outside:
    """What uvicorn starts instead of `api.app:from_environment`."""
    app = from_environment()
    app.add_api_route("/inside", bug)
    return Outside(app)
