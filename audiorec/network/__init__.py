"""Who is near whom: the network of users, songs and artists, its embeddings and its pictures."""
