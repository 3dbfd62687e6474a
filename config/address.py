"""Where a server is found that listens on a host and a port. Stands on the standard library alone."""


def own_address(host: str, port: int) -> str:
    """The address for a browser on the same machine; who listens everywhere is found here too."""
    here = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 — only read
    return f"http://[{here}]:{port}" if ":" in here else f"http://{here}:{port}"
