"""The same work done by others, beside ours in one run. Needs npm and pip; never part of a test."""
