"""Killed at any moment: what was confirmed is there, once and whole, and the rest can be repeated."""
