"""Examples are drawn alike in every run; how long one takes says more of the machine than of us."""

from hypothesis import settings

settings.register_profile("steady", deadline=None, derandomize=True, database=None, max_examples=60)
settings.load_profile("steady")
