"""Runs one command and writes what the whole process used as JSON: `measure.py REPORT COMMAND...`.

Node can't ask this about one child; `wait4` can. The command's own output goes where ours goes.
"""

import json
import os
import sys
import time


def main():
    report, command = sys.argv[1], sys.argv[2:]
    started = time.monotonic_ns()
    child = os.posix_spawn(command[0], command, os.environ)
    _, status, usage = os.wait4(child, 0)
    wall = time.monotonic_ns() - started
    # Linux counts in KiB, macOS in bytes.
    unit = 1 if sys.platform == "darwin" else 1024
    with open(report, "w", encoding="utf-8") as file:
        json.dump(
            {
                "wall": wall / 1e9,
                "cpu": usage.ru_utime + usage.ru_stime,
                "peak": usage.ru_maxrss * unit,
                "exit": os.waitstatus_to_exitcode(status),
            },
            file,
        )


main()
