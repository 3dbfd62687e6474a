"""The throw-away environment of the peers: made in a temporary folder, pinned, forgotten with it."""

import shutil
import subprocess
import sys
from pathlib import Path

PINNED = ("SpiffWorkflow==3.2.0", "django-viewflow==2.4.0", "Django==5.2.19")


def make_environment(folder: Path) -> Path:
    """Make a virtual environment with the pinned peers; returns its interpreter.

    Raises subprocess.CalledProcessError when the packages cannot be had.
    """
    uv = shutil.which("uv", path=str(Path(sys.executable).parent)) or shutil.which("uv")
    place = folder / "peers"
    interpreter = place / "bin" / "python"
    if uv:
        subprocess.run([uv, "venv", "-q", "--python", sys.executable, str(place)], check=True)
        subprocess.run([uv, "pip", "install", "-q", "--python", str(interpreter), *PINNED], check=True)
    else:
        subprocess.run([sys.executable, "-m", "venv", str(place)], check=True)
        subprocess.run([str(interpreter), "-m", "pip", "install", "-q", *PINNED], check=True)
    return interpreter
