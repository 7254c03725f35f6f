"""What is set: settings, keys, providers of the user's own."""
