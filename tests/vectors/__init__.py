"""Worked values that every implementation of the protocol must agree on."""
