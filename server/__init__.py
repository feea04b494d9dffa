"""Shopbell's server: a Starlette application cut by subject. See docs/ for the rooms."""

VERSION = "0.2.0"
