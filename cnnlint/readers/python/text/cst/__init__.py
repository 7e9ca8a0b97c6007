"""The nodes of the tree that is read.

They are libcst's, by name and fields, without what only matters for printing a text: white space, comments, brackets,
commas. Classes of our own, because the import of libcst takes ten times as long as theirs (0.2 CPU s, a third of what
reading a small file took), and few files need its parser.
"""

from cnnlint.readers.python.text.cst.expressions import *  # noqa: F403
from cnnlint.readers.python.text.cst.statements import *  # noqa: F403
