"""Speed, measured: each module prints a table, and one JSON document as its last line."""
