"""A public address from ngrok: one agent a tunnel, started, listened to and ended by us."""
