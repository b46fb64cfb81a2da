"""What we measure and how: `make bench`, or `python -m bench NAME`; results go to bench/results."""
