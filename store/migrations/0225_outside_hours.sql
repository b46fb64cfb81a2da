-- A visit outside the working hours of whoever comes is booked only on purpose, and who did so is told as a choice of
-- theirs.
ALTER TABLE order_choice DROP CONSTRAINT order_choice_choice_check,
    ADD CHECK (choice IN ('outlet', 'technician', 'tasks', 'urgency', 'due_by', 'lane', 'slots', 'needed', 'hours'));
