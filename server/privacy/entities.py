"""The rows of this slice."""

from server.privacy.erasure import entities as erasures
from server.privacy.requests import request
from server.privacy.withdrawing import consent

entities = [*erasures, consent, request]
