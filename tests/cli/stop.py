#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Starts a program, waits for a file to appear and some more, sends a signal; exits with its code.

    stop.py SIGNAL FILE SECONDS PROGRAM ARGUMENTS...     a death by signal N exits with 128 + N

SIGNAL may be several, separated by commas, a quarter of a second apart.
"""
import os
import signal
import subprocess
import sys
import time


def main(name, path, seconds, *command):
    # A test started in the background may have inherited an ignored SIGINT.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    process = subprocess.Popen(command)
    deadline = time.monotonic() + 30
    while not os.path.exists(path) and process.poll() is None:
        if time.monotonic() > deadline:
            process.kill()
            print(f"{path} did not appear", file=sys.stderr)
            return 99
        time.sleep(0.005)
    time.sleep(float(seconds))
    for i, one in enumerate(name.split(",")):
        time.sleep(0.25 if i else 0)
        process.send_signal(getattr(signal, one))
    code = process.wait(30)
    return code if code >= 0 else 128 - code


sys.exit(main(*sys.argv[1:]))
