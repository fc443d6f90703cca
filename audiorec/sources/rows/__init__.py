"""What a reader yields: the contract of a row, its fields as types, moments, addresses of files."""
