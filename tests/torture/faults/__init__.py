"""Ordeals by what happens around the service: to its disk, its database, its clock, its life."""
