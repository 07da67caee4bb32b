"""The command-line door: loads question files into the bank."""
