"""The core by itself, beside its peers: suites of pytest-benchmark."""
