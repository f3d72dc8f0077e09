"""Note every file of the project that this Python opens, and so does every Python that it starts.

Python imports a module of this name when it starts; book/execute.py puts the folder on the PYTHONPATH
of the kernels. A module that is imported counts as opened, in its compiled form.
"""

import os
import sys


def note_opened_files(log, root):
    """Append the path of each file below root to the log when it is first opened."""
    file = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    below = os.path.join(os.path.realpath(root), "")
    real, noted = {}, set()

    def listen(event, arguments):
        if event != "open":
            return
        try:
            folder, name = os.path.split(os.path.abspath(os.fsdecode(arguments[0])))
        except (TypeError, ValueError):  # a file that is open already, or no path at all
            return
        if folder not in real:
            real[folder] = os.path.realpath(folder)
        path = os.path.join(real[folder], name)
        if path.startswith(below) and path not in noted:
            noted.add(path)
            os.write(file, os.fsencode(path) + b"\n")

    sys.addaudithook(listen)


if os.environ.get("EIH_OPENED"):
    note_opened_files(os.environ["EIH_OPENED"], os.environ["EIH_ROOT"])
