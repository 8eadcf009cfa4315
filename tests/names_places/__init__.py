"""Small programs, each a place from which names are read, and the node they use."""
