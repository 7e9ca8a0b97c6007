"""Linting: files found, read and asked about, one by one or many at once.

discovery     which files a run reads
one_file      one file in, one result out: read it, ask the rules, apply severities and suppressions
job           what it takes to lint files, here or in another process
outcome       the report, and what people are shown beside it
many_files    many files in, one report out
pool, worker  the processes that read many files, and what runs in them
signals       being stopped from outside
agreement     one file, several readings: what holds on every way through it
baseline      findings that a project has already
suppressions  comments that silence findings
summaries     models as plain data, for reports
"""
