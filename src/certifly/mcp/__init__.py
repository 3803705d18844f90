"""DOOR for AI clients: the Model Context Protocol, over HTTP and over standard input and output."""
