"""Words for messages and labels: levels, names in quotes, plurals, what may have been meant."""

import difflib

import numpy as np


def shown(value):
    """Show a level: text in quotes, numbers bare."""
    return f"'{value}'" if isinstance(value, str) else plain(value)


def plain(value):
    """Show a level in a label: 30.0 as 30."""
    number = isinstance(value, int | float | np.number) and not isinstance(value, bool)
    return f"{value:.15g}" if number else str(value)


def listed(names):
    """Put names in quotes, with commas."""
    return ", ".join(f"'{name}'" for name in names)


def plural(items, noun):
    """Give the noun, with an s for several items."""
    return noun if len(items) == 1 else f"{noun}s"


def closest(unknown, known):
    """Ask ' Did you mean …?' for names that resemble a known one, else say nothing."""
    known = [str(name) for name in known]
    near = [match for name in unknown for match in difflib.get_close_matches(str(name), known, n=1)]
    return f" Did you mean {listed(near)}?" if near else ""
