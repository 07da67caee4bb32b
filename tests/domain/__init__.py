"""Rules over plain values, as tables."""
