"""What was learned from recorded fleets and outcomes: one JSON file, verified, applied to what the detectors say."""
