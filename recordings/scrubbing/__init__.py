"""A recording without what was said in it: pseudonyms that keep all that a rule judges by.

`rtlog.recordings.redaction` takes secrets out while a session is recorded; this takes out words, arguments and
instructions afterwards, from a copy that is to be shared.
"""

from rtlog.recordings.scrubbing.categories import Category
from rtlog.recordings.scrubbing.scrubber import Scrubber

__all__ = ["Category", "Scrubber"]
