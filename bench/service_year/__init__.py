"""A SIMULATED year of service: simulated homes and people, the product's own scheduler, planner and reports."""
