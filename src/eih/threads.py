"""One thread for matrix routines, where the matrices are small."""

from contextlib import contextmanager


@contextmanager
def one_thread():
    """Keep matrix routines to one thread within a ``with`` block.

    On models as small as ours further threads only wait for each other; on a busy machine a fit takes ten
    times as long with them.

    Examples
    --------
    >>> from eih.threads import one_thread
    >>> with one_thread():
    ...     pass
    """
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        yield
