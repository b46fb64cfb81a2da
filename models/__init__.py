"""Prediction: rows of a day -> daily indices -> own clean reference -> verdicts (docs/guides/detection.md).

features/   one appliance's rows of one UTC day to daily physical indices, pure; the only definition there is
healthy/    the clean reference of an appliance, learned once, frozen, and indices relative to it
detectors/  from daily indices to a verdict, pure; one table of all of them
homes/      what shows only when a home is looked at as a whole: lost neutral, silence
step.py     what happens to one appliance when something arrived, pure; live, in evaluation and on a cluster
scoring.py  the thin shell that finds what is due and runs the three
"""
