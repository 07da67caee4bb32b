"""Killed at any moment: what was confirmed is there, once and whole; the rest can be repeated."""
