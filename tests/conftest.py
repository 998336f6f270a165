"""Property tests give the same answer on every run and on every machine, however slow."""

from hypothesis import settings

settings.register_profile("reproducible", deadline=None, derandomize=True)
settings.register_profile("search", deadline=None, max_examples=5_000)
settings.load_profile("reproducible")
