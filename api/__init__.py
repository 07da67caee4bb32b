"""The HTTP door: routes, wire shapes, and the translation of errors to status codes."""
