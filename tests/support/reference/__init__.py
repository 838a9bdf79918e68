"""The table of Datastar 1.0's reference: what it documents, each with what our client does.

The sections are those of the reference; the sentences and pages are ours. `row` says how a row is
written, tests/browser/test_client_reference.py tries them, and docs/datastar.md shows them.
"""
