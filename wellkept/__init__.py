"""The program: command line, settings, logging and the all-in-one local runtime."""
