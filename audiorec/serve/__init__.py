"""Lists to people: an HTTP API, a page, and the protocols that music players use."""
