"""Ordeals: tests that try to break what the service promises.

An ordeal is a function that returns what it found wrong, so that one test asks for nothing and
another plants a fault (:mod:`tests.torture.planting`) and asks for exactly what it must cause.
"""
