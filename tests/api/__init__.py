"""The HTTP door, as stories."""
