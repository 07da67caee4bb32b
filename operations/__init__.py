"""What the service does: one business operation per file, named as its function.

Session first, keyword arguments after. An operation never commits and knows no HTTP.
"""
