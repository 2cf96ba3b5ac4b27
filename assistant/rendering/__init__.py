"""Events and cards to what a surface shows."""
