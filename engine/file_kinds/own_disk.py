"""Whether what an office file names lies on its reader's own machine, so that nothing is fetched."""

import re
from urllib.parse import unquote

# "Ngân sách.xlsx", "/Users/a/b.xlsx", "file:///C:/mẫu.dotx"; also what a letter pasted into Word leaves
# behind ("cid:…"). Not "\\host\…", and no path that begins with a device ("\??\UNC\…", "\\?\…", "\\.\…").
_OWN_DISK = re.compile(
    r"|(cid|data|about):.*|(file://(localhost)?/)?[a-z]:/.*|file://(localhost)?/[^/?].*|/?[^/:?][^:]*",
    re.IGNORECASE | re.DOTALL,
)


def on_own_disk(target: str) -> bool:
    return bool(_OWN_DISK.fullmatch(unquote(target).strip().replace("\\", "/")))
