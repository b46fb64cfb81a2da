-- Personal links that are good no more. Why: a link was passed on, a phone was lost, a tenant moved out; the signature of
-- a link cannot be taken back, so each says when it was made, and what was made before this moment is refused.
ALTER TABLE household ADD COLUMN links_from timestamptz;
ALTER TABLE service_order ADD COLUMN links_from timestamptz;
