"""Photos and recordings: bytes by tus, checked, served to those who may see the fact.

Pictures are decoded in a process apart; of sound only the container is read.
"""
