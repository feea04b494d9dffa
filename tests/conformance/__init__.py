"""Black-box exchanges against any server that claims the protocol.

Nothing here imports the server or `sync`: what is checked is what travels.
"""
