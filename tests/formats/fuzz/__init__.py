"""Question files that nobody would write: made from good ones, each by its number.

``make fuzz`` reads very many of them, the tests a few. The same seed and number always make the
same file, so that one that breaks a reader can be made again.
"""
