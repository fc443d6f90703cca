"""How files are read: text in any encoding, delimited tables, JSON, XML, SQLite, pickles, zips; in bounded memory."""
