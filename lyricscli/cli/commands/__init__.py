"""One file a command: signature, help and wiring."""
