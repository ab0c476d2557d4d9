"""Duet's command line: `python run_pipeline.py --help`; where Duet is installed, `duet` is the same.

Old Pythons must be able to read this file, to say in one line that they are too old: no newer syntax here.
"""

import signal
import sys

if not (3, 11) <= sys.version_info[:2] <= (3, 14):
    sys.exit(
        "error: Duet needs Python 3.11 to 3.14, and %s is %d.%d: name another, as in `make demo PYTHON=python3.12`"
        % ((sys.executable,) + tuple(sys.version_info[:2]))
    )


STOPPED = "stopped (run the same command again to go on from what is finished)"


def stopped(*_signal):
    """Leave as the command line does, which takes this over, while it is still being imported."""
    if "--json" in sys.argv:
        sys.stdout.write('{"event": "Stopped", "code": 130, "text": "%s"}\n' % STOPPED)
    sys.stderr.write("error: " + STOPPED + "\n")
    sys.exit(130)


def main():
    """Run one command. Worker processes import this file too, and need nothing of the command line."""
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(each) != signal.SIG_IGN:  # as nohup wants it
            signal.signal(each, stopped)
    try:
        from pipeline.cli import main as command
    except ModuleNotFoundError as error:
        sys.exit("error: the package %s is missing: run `make install`, then .venv/bin/duet" % error.name)
    command()


if __name__ == "__main__":
    main()
