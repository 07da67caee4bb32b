"""Requests and their effects: none before its commit, none twice, none lost among others."""
