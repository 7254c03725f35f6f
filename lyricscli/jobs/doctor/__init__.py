"""The doctor: what a command needs to work, examined one thing at a time."""
