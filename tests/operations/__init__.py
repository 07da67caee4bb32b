"""Business operations on both engines."""
