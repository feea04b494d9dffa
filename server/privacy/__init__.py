"""What people may ask of us about themselves: here, to be erased (law 35)."""
