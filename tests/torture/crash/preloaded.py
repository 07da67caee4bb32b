"""Imported by the process that the others are forked from, once.

What is imported is not searched for garbage again: in each of them that would copy all of it.
"""

import gc

import tests.torture.crash.nursery  # noqa: F401 - what the others are to have

gc.collect()
gc.freeze()
