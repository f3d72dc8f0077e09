"""What a student sees: one friendly line, in a notebook and in a plain terminal."""

import html
import re
from dataclasses import dataclass

RIGHT, NOT_YET, WAITING = "Right", "Not yet", "No answer yet"
_COLOURS = {  # the book's own in its pages; the second ones wherever the book's style is not loaded
    RIGHT: "var(--eih-good, #1b7a4b)",
    NOT_YET: "var(--eih-why, #b36b00)",
    WAITING: "var(--eih-none, #7a8590)",
}


@dataclass(frozen=True, repr=False)
class Feedback:
    """The answer to an answer; true where that was right.

    Attributes
    ----------
    status : {"Right", "Not yet", "No answer yet"}
        The verdict; the display shows it as a word, its colour only adds to it.
    message : str
        What the student reads; names of columns and functions stand between backticks.
    """

    status: str
    message: str

    def __bool__(self):
        return self.status == RIGHT

    def __repr__(self):
        return f"{self.status}. {self.message}".rstrip()

    def _repr_html_(self):
        message = re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(self.message))
        return (
            f'<div class="eih-check" style="border-left: 4px solid {_COLOURS[self.status]}; '
            f'padding: 0.35em 0.8em; margin: 0.3em 0;"><strong>{self.status}.</strong> {message}</div>'
        )
