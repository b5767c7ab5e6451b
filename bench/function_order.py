"""Finds out which functions a release binary uses, and writes them down in the order in which the linker should lay them out
(crates/mmk-cli/build.rs; docs/profiling.md, "The order of functions").

    MMK_LINK_MAP=/tmp/link.map cargo build --release -p mmk-cli
    python3 bench/function_order.py --map /tmp/link.map

Runs all scenarios, with a part of their data, in QEMU's user mode emulation (Debian: qemu-user), which says what it translates: each
function at its first use. Takes about ten minutes.
"""

import argparse
import bisect
import collections
import gzip
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RESULT = ROOT / "crates/mmk-cli/function-order.txt.gz"
# Where QEMU puts a position-independent program.
BASE = 0x4000000000
SYMBOL = re.compile(r"^ *([0-9a-f]+) +[0-9a-f]+ +([0-9a-f]+) +\d+ {17}(\S+)$")
SECTION = re.compile(r"^ *([0-9a-f]+) +[0-9a-f]+ +([0-9a-f]+) +\d+ (\.\S+)$")


def trace(binary, traces, arguments):
    """Stands in for the binary: runs it in QEMU and keeps the address of each block that is translated for the first time."""
    fifo = Path(traces) / f"fifo-{os.getpid()}"
    os.mkfifo(fifo)
    program = subprocess.Popen(["qemu-x86_64", "-d", "in_asm", "-D", str(fifo), binary, *arguments])
    addresses = {}
    with open(fifo, "rb") as log:
        starts = False
        for line in log:
            if starts and line.startswith(b"0x"):
                addresses.setdefault(int(line[: line.index(b":")], 16) - BASE)
                starts = False
            elif line.startswith(b"IN:"):
                starts = True
    fifo.unlink()
    code = program.wait()
    Path(traces, f"trace-{os.getpid()}").write_text("".join(f"{address:x}\n" for address in addresses))
    return code


def symbols_of(link_map):
    """Addresses, ends and names of all functions, by address."""
    code = None
    symbols = {}
    for line in open(link_map, encoding="utf-8", errors="replace"):
        section = SECTION.match(line)
        if section and section[3] == ".text":
            start = int(section[1], 16)
            code = (start, start + int(section[2], 16))
        symbol = SYMBOL.match(line)
        if code and symbol and code[0] <= int(symbol[1], 16) < code[1]:
            start = int(symbol[1], 16)
            symbols.setdefault(start, (start + int(symbol[2], 16), symbol[3]))
    return symbols


def names_in(trace_file, symbols, starts):
    names = {}
    for line in open(trace_file, encoding="ascii"):
        address = int(line, 16)
        at = bisect.bisect_right(starts, address) - 1
        if at >= 0 and address < symbols[starts[at]][0]:
            names.setdefault(symbols[starts[at]][1])
    return names


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--map", required=True, help="the linker's map of the binary")
    parser.add_argument("--share", default="4", help="the part of the scenarios' data that is used: 4 is a quarter")
    parser.add_argument("--binary", default=ROOT / "target/release/mmk-js")
    options = parser.parse_args()
    symbols = symbols_of(options.map)
    starts = sorted(symbols)
    if not starts:
        sys.exit(f"{options.map} lists no functions")
    with tempfile.TemporaryDirectory() as folder:
        wrapper = Path(folder, "mmk-js")
        wrapper.write_text(
            f'#!/bin/sh\nMMK_ORDER_BINARY="{Path(options.binary).resolve()}" MMK_ORDER_TRACES="{folder}" '
            f'exec "{sys.executable}" "{Path(__file__).resolve()}" "$@"\n'
        )
        wrapper.chmod(0o755)
        harness = ["node", ROOT / "bench/run.mjs", "--quick", "--share", options.share, "--against", "12", "--mmk", wrapper]
        subprocess.run(harness, check=True)
        traces = sorted(Path(folder).glob("trace-*"), key=lambda path: path.stat().st_mtime)
        runs = [names_in(path, symbols, starts) for path in traces]
    # What every run needs comes first, and what few need last; within that, in the order of first use.
    count = collections.Counter(name for names in runs for name in names)
    first = {}
    for names in runs:
        for name in names:
            first.setdefault(name, len(first))
    order = sorted(first, key=lambda name: (-count[name], first[name]))
    text = "".join(f"{name}\n" for name in order)
    RESULT.write_bytes(gzip.compress(text.encode(), mtime=0))
    size = sum(end - start for start, (end, name) in symbols.items() if name in first)
    print(f"{len(order)} functions of {len(symbols)}, {size / 1e6:.1f} MB, in {len(runs)} runs: {RESULT}")


if __name__ == "__main__":
    if "MMK_ORDER_TRACES" in os.environ:
        sys.exit(trace(os.environ["MMK_ORDER_BINARY"], os.environ["MMK_ORDER_TRACES"], sys.argv[1:]))
    main()
