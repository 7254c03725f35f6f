"""What is done, without a terminal."""
