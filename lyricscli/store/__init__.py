"""What is kept: the only SQL on the library."""
