"""The embedded service: an emulator of the API and the stand-in writer behind it."""
