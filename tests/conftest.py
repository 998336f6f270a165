"""Property tests give the same answer on every run and on every machine, however slow."""

import signal

from hypothesis import settings

# A shell that runs the tests in the background has interrupts ignored, and every program that they start would inherit
# that: Ctrl-C is what many of them wait for.
signal.signal(signal.SIGINT, signal.default_int_handler)

settings.register_profile("reproducible", deadline=None, derandomize=True)
settings.register_profile("search", deadline=None, max_examples=5_000)
settings.load_profile("reproducible")
