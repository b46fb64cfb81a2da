"""What is normal for one appliance: learned from its own first weeks, then frozen.

The full engine puts the fleet's prior for a kind and model here, shrunk towards the appliance.
"""
