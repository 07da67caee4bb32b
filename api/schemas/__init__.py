"""Wire shapes, one module per noun: what comes in, what goes out."""
