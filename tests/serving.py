"""A server on a free port of this machine, for tests: silent also when a client hangs up early."""

import functools
import threading
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer


class SilentServer(ThreadingHTTPServer):
    """Serve on 127.0.0.1 and print nothing: a client that leaves is no error of the test."""

    daemon_threads = True

    def __init__(self, handler):
        super().__init__(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request, client_address):
        """Say nothing: without this, each early hang-up prints a traceback, whenever it pleases."""


class SilentFiles(SimpleHTTPRequestHandler):
    """Serve files without a line for each."""

    def log_message(self, *args):
        """Say nothing."""


@contextmanager
def serving(server):
    """Run a server in the background while the block runs."""
    with server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.shutdown()


def serving_folder(folder):
    """Serve the files of a folder while the block runs."""
    return serving(SilentServer(functools.partial(SilentFiles, directory=str(folder))))
