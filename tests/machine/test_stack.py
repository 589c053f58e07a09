"""The thread on which runs have room to nest."""

import signal
import subprocess
import sys

import pytest

_INTERRUPTED = """
import os, signal, threading, time
from importlint.machine.entries import on_a_large_stack

signal.signal(signal.SIGINT, signal.default_int_handler)

def run():
    os.kill(os.getpid(), signal.SIGINT)
    while True:
        time.sleep(0.01)

on_a_large_stack(run)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="nobody can be sent SIGINT there")
def test_an_interrupted_run_does_not_last() -> None:
    """From Python 3.13, the interpreter waits at its end for threads that are no daemons."""
    done = subprocess.run(
        [sys.executable, "-c", _INTERRUPTED], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == -signal.SIGINT
    assert done.stderr.endswith("KeyboardInterrupt\n")
