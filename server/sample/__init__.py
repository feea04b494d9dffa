"""A chain of furniture stores to try Shopbell with."""

from server.sample.greet import greet
from server.sample.load import load

__all__ = ["greet", "load"]
