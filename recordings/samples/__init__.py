"""Recordings R1 to R10: races that rtlog looks for, the tapes they are written from, and what must be found in them.

`python -m rtlog.recordings.samples` writes them again; `README.md` says what each one shows.
"""
