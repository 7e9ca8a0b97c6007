"""`cnnlint` and `python -m cnnlint`."""

import os
import sys

# the folder that Python is started in is the first place it looks for modules: what lies beside the files that are read
# is never run. Where cnnlint itself stands there it comes last
_own = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
try:
    _here = os.path.realpath(os.getcwd())
    sys.path[:] = [entry for entry in sys.path if entry and os.path.realpath(entry) != _here]
except OSError:  # the folder is gone, and with it all that lay in it
    sys.path[:] = [entry for entry in sys.path if os.path.isabs(entry)]
if _own not in sys.path:
    sys.path.append(_own)


def main() -> None:
    """The command; Ctrl-C while it is still being loaded ends it like any other: without a traceback."""
    try:
        from cnnlint.cli import main as run

        run()
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
