-- The last word on an appliance in a campaign: whose it was, what was said, and when.
-- Why a view: planners want to see beside each appliance whether the owner answered by the link or somebody asked them.
CREATE VIEW participation_answer AS
SELECT DISTINCT ON (entity_id) entity_id, actor, reason, at
FROM state_change WHERE entity = 'participation' AND from_state IS NOT NULL ORDER BY entity_id, id DESC;
