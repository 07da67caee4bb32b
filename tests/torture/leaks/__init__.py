"""Ordeals of secrecy: nothing tells a key before its question releases it."""
