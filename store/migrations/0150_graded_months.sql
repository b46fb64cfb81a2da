-- Which months were graded.
-- Why: a month whose grading was missed, because no program ran, was never graded; and a month without work leaves no
-- grade that could tell that it is done.
CREATE TABLE graded_month (
    month   date PRIMARY KEY CHECK (extract(day FROM month) = 1),
    made_at timestamptz NOT NULL
);
INSERT INTO graded_month (month, made_at) SELECT month, min(made_at) FROM technician_grade GROUP BY month;
