"""Evaluation: the production path over recorded fleets, and how good it was (docs/guides/evaluation.md).

Running, which never sees the truth:
case.py       what a recorded fleet offers to the running system
arrivals.py   rows of one appliance with the time of their arrival; the checks of ingest, by column
engine.py     the one place that names features, references and detectors
walk.py       one appliance, every night and after each run, by what had arrived
ledger.py     from verdicts to findings: one open finding per appliance and fault
baselines.py  trivial ways to raise findings, for comparison
runner.py     a whole case, in pieces, on several processes

Judging, which never runs anything:
truth.py      what really was
matching.py   which finding speaks of which fault
figures.py    counts, intervals, calibration, lead time
costs.py      money against reactive and calendar service
splits.py     the same figures for parts of the fleet
judged.py     all figures of one case
pages.py, plots.py, table.py   for people
"""
