"""Run the benchmarks: `python tests/bench/run.py [NAME...] [--quick] [--write]`.

Each prints ratios of what it measured side by side in this run; no number here is a limit. `--write` writes
the table into the page on speed.
"""

import argparse
import platform
import re
import sys
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
sys.path.insert(0, str(ROOT))

BENCHMARKS = {
    "start": "Start of a command",
    "waiting": "From finished at the service to printed",
    "submission": "From the command line to the submission",
    "callbacks": "Callbacks into the library",
    "batch": "A batch without limits",
    "shelf": "The library",
}
BEGIN, END = "<!-- benchmarks -->", "<!-- /benchmarks -->"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"of {', '.join(BENCHMARKS)}; all by default"
    )
    parser.add_argument("--quick", action="store_true", help="a smoke run: the numbers mean nothing")
    parser.add_argument("--write", action="store_true", help="write the table into the page on speed")
    options = parser.parse_args()
    if unknown := set(options.names) - set(BENCHMARKS):
        parser.error(f"there is no benchmark {', '.join(sorted(unknown))}")
    from table import markdown

    parts = [_machine()]
    for name in options.names or BENCHMARKS:
        print(f"measuring {name}", file=sys.stderr, flush=True)
        parts.append(markdown(BENCHMARKS[name], import_module(name).measure(quick=options.quick)))
        print(parts[-1], flush=True)
    if options.write:
        _write_page("\n".join(parts))


def _machine():
    import os

    return f"CPython {platform.python_version()}, {platform.system()}, {os.cpu_count()} cores."


def _write_page(text):
    path = ROOT / "lyricscli/cli/topics/speed.md"
    page = path.read_text(encoding="utf-8")
    block = f"{BEGIN}\n{text}\n{END}"
    new, count = re.subn(f"{re.escape(BEGIN)}.*?{re.escape(END)}", lambda _: block, page, flags=re.DOTALL)
    if count != 1:
        sys.exit(f"the page on speed has no lines {BEGIN} and {END}")
    path.write_text(new, encoding="utf-8")


if __name__ == "__main__":
    main()
