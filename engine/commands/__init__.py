"""Every change there is. A command checks, changes and records in the transaction of its caller.

Shape: `verb(session, actor, subject, *, facts…, now)`. It may be called again after a crash: it either finds
its work done, or does it. It raises `engine.errors.Refused` children only.
"""
