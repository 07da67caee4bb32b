"""Every figure that the documentation claims, printed by ``make bench``."""
