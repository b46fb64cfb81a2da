"""Simulated homes: physics, faults, people, weather and mains, published in Wellkept's native protocol.

Shares nothing with `models/`: a simulator that knows the detector's constants would prove nothing.
"""
