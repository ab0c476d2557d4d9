"""Duet's command line: `python run_pipeline.py --help`; where Duet is installed, `duet` is the same.

Old Pythons must be able to read this file, to say in one line that they are too old: no newer syntax here.
"""

import json
import signal
import sys

if not (3, 11) <= sys.version_info[:2] <= (3, 14):
    sys.stderr.write(
        "error: Duet needs Python 3.11 to 3.14, and %s is %d.%d: name another, as in `make demo PYTHON=python3.12`\n"
        % ((sys.executable,) + tuple(sys.version_info[:2]))
    )
    sys.exit(4)

from foundation.errors import event_of, lacking, stop


def leave(error):
    """End as the command line does."""
    if "--json" in sys.argv:
        sys.stdout.write(json.dumps(event_of(error)) + "\n")
    sys.stderr.write("error: %s\n" % error)
    sys.exit(error.exit_code)


def main():
    """Run one command. Worker processes import this file too, and need nothing of the command line."""
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(each) != signal.SIG_IGN:  # as nohup wants it
            signal.signal(each, lambda *_: leave(stop()))  # until the command line takes it over
    try:
        from pipeline.cli import main as command
    except ModuleNotFoundError as error:
        leave(lacking(error))
    command()


if __name__ == "__main__":
    main()
