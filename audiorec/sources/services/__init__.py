"""Services and servers: their exports as files, and their APIs over the network."""
