"""The protocol, judged against a model of the server that keeps rows in memory."""
