"""What Moodle's own question types say, in whichever file: shared by its XML and by GIFT."""

from formats.moodle.from_draft import from_draft
from formats.moodle.question import Answer, Pair, Question, Refused
from formats.moodle.to_draft import to_parsed

__all__ = ["Answer", "Pair", "Question", "Refused", "from_draft", "to_parsed"]
