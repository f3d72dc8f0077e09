"""Wait in a browser until something holds, on pages whose policy forbids what playwright does for that."""

import time


def wait_until(page, expression, seconds=30):
    """Ask a page or frame again and again; its policy lets no text become a script between two questions."""
    until = time.monotonic() + seconds
    while not page.evaluate(f"Boolean({expression})"):
        assert time.monotonic() < until, f"not within {seconds} s: {expression}"
        time.sleep(0.05)
