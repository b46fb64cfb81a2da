"""What shows only when a home is looked at as a whole, or beside its neighbours: plain rules, pure, nothing learned.

mains.py    the voltage of one home leaves its band while the neighbours hold (`neutral_loss`)
silence.py  an appliance, or a whole home, is not heard of although it should be (`silent`)
"""
