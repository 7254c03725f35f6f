"""The wire: what the service says, as typed values, and the one HTTP client that says it."""
