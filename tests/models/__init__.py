"""Tables, constraints and transactions."""
