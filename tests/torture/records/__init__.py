"""Ordeals of what is recorded: the audit log."""
