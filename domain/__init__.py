"""Vocabulary and rules of appliance care: pure, no input or output, imports nothing of ours."""
