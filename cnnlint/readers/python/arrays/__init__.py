"""What is known about data: the facts of arrays, traced from where they come from to the model that reads them.

shapes, ranges, dtypes          what operations do to shapes, ranges and types, as plain functions
literals, identity              arrays from nested lists; which arrays come from one source, which share their memory
statistics, arithmetic, joining, items, methods
                                what is done with an array: `x - x.mean()`, `x / 255`, `x[:100]`, `x.astype(...)`
tables                          tables of named columns
labels, pictures, streams       encodings of labels; pictures; generators and directories
statements                      what a statement does to an array that was made before it
arrays                          what Python asks of data

The functions of libraries are in `libraries/`: a row each, with its signature (`signatures`) and its effect (`rows`).

Sound before complete: `low` and `high` are given only where values of about this size are really there, `classes` only
where as many different labels are. So a part of an array has the range and the classes of the whole only where it is
`mixed`: where what it holds stands in no order. What is written into an array is forgotten by all that may share its
memory, and what a call that is not listed gives is unknown.
"""
