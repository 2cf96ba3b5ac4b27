"""What a fork server needs to know about its worker, before it loads anything."""

import signal

from workspace.processes import die_with_parent


def serve_the_worker() -> None:
    """Called in the fork server. Its life is the worker's, and signals are the worker's to handle.

    A worker that is killed takes the fork server with it, and that takes the trainings: none trains on unsupervised.
    A signal to the whole process group (Ctrl-C, a service manager) must not, because the worker lets trainings save.
    """
    die_with_parent()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
