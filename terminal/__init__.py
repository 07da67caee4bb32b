"""Questions in a terminal: how they are shown, and what people type to answer them."""
