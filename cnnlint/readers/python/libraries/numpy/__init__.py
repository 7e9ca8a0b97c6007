"""numpy: what each of its functions and methods does."""
