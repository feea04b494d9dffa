"""The whole thing as people meet it: Chromium, the real server, a network that fails."""
