"""The language server: what editors are told as one types. Needs the extra `cnnlint[lsp]`.

texts        texts as the protocol addresses them: lines from 0, columns in the client's units
documents    what is open: files, and notebooks cell by cell
preferences  what the editor's settings say, beside the project's configuration
questions    what is asked of the process that reads, and what it answers
worker       that process
workshop     starts it, asks one thing at a time, replaces it when it dies or takes too long
readings     what was read of a document, and where that stands once the text has changed
session      what is open, what is known of it, and when it is read again
converting   findings as the protocol's diagnostics
hovering     hover and inlay hints
actions      code actions
testing      findings put to the test from the editor
protocol     the handlers; together with converting, hovering and actions the only users of pygls and lsprotocol

The process that speaks the protocol reads no program itself, so that it always answers.
"""
