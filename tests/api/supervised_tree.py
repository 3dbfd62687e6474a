"""A small tree under the real supervisor, started by test_supervise.py; prints what the supervisor says."""

import sys

from api.supervise import Child, Tree

WEB = """
import http.server, os, sys
class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers(); self.wfile.write(str(os.getpid()).encode())
    def log_message(self, *_): pass
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Page).serve_forever()
"""
STUBBORN = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("stubborn is up", flush=True)
time.sleep(600)
"""
WORDY = """
import signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: sys.exit("Traceback of a service cancelled at its work"))
print("wordy is up", flush=True)
time.sleep(600)
"""
PARENT = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print("grandchild", child.pid, flush=True)
time.sleep(600)
"""


def say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 — the test reads it


if __name__ == "__main__":
    port = sys.argv[1]
    kinds = {
        "web": Child("web", (sys.executable, "-c", WEB, port), health=f"http://127.0.0.1:{port}/"),
        "stubborn": Child("stubborn", (sys.executable, "-c", STUBBORN)),
        "wordy": Child("wordy", (sys.executable, "-c", WORDY), expendable=True),
        "parent": Child("parent", (sys.executable, "-c", PARENT)),
        "late": Child(
            "late", (sys.executable, "-c", "print('late is up'); import time; time.sleep(600)"), after="web"
        ),
        "broken": Child("broken", (sys.executable, "-c", "raise SystemExit(3)")),
    }
    Tree([kinds[name] for name in sys.argv[2:]], say).run(
        when_ready=lambda missing: say(f"ready {list(missing)}")
    )
    say("ended")
