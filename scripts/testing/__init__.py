"""What scripts/test.py is made of; Python's standard library only."""
