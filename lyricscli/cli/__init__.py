"""What is typed: the app, its options, and a file for each command."""
