"""How a result comes home: a listener, a tunnel to it, polling beside it, and the race between them."""
