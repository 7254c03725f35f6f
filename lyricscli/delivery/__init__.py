"""How a result comes home: a listener, a tunnel to it, and polling beside it."""
