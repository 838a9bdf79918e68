"""The rows of the table, the same for all variants."""

Row = tuple[int, str, str, str]


def rows() -> list[Row]:
    """1,000 rows."""
    return [(n, f"name {n}", f"a < b & {n}", f"{n / 8:.2f}") for n in range(1000)]


def changed(step: int) -> Row:
    """Row 500 after so many changes."""
    return (500, "name 500", f"Count: {step}", "62.50")
