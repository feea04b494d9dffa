"""Who asks: accounts, sessions, devices, what a person may do and see."""
