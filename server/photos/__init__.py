"""Photos: bytes by tus, decoded in a process apart, served to those who may see the fact."""
