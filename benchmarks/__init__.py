"""What via costs, and what its peers cost, measured in one run: `python -m benchmarks`."""
