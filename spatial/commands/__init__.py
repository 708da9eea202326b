"""The words of the command line: thin shells over the package, and the only part that prints."""
