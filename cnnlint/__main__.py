"""`python -m cnnlint`."""

import os
import sys

# the folder that Python is started in is the first place it looks for modules: what lies beside the files that are read
# is never run. Where cnnlint itself stands there it comes last
_own = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_here = os.path.realpath(os.curdir) if os.path.exists(os.curdir) else None
sys.path[:] = [entry for entry in sys.path if entry and os.path.realpath(entry) != _here]
if _own not in sys.path:
    sys.path.append(_own)

from cnnlint.cli import main  # noqa: E402

if __name__ == "__main__":
    main()
