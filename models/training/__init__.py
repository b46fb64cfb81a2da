"""Fitting a model on recorded fleets and on outcomes of service, and measuring it on homes it was not fitted on."""
