-- Whether a fault went by itself before is asked of every open finding (decision 0060).
CREATE INDEX resolved_findings ON finding (appliance_key, fault) WHERE state = 'resolved';
