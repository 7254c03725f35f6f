"""Who writes in the sandbox: the stand-in, or a program of the user's own."""
