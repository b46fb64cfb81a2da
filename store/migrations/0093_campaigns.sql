-- Care plans and campaigns: tips at the right time, and checks or recalls of a selected set, with consent and limits.

-- Per purpose, the newest row holds; nothing said means no, except for recalls, which are about safety.
CREATE TABLE consent (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    household_id text NOT NULL REFERENCES household,
    purpose      text NOT NULL CHECK (purpose IN ('tips', 'campaigns')),
    given        boolean NOT NULL,
    actor        text NOT NULL,
    at           timestamptz NOT NULL
);
CREATE INDEX ON consent (household_id, purpose, id DESC);
CREATE TRIGGER append_only BEFORE UPDATE ON consent FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE VIEW present_consent AS
SELECT DISTINCT ON (household_id, purpose) household_id, purpose, given, at
FROM consent ORDER BY household_id, purpose, id DESC;

-- Which tip an appliance's home was given, once per occasion: 'purchase', or the year of a season.
CREATE TABLE care_tip (
    appliance_key integer NOT NULL REFERENCES appliance (key) ON DELETE CASCADE,
    code          text NOT NULL,
    occasion      text NOT NULL,
    household_id  text NOT NULL REFERENCES household,
    sent_at       timestamptz NOT NULL,
    PRIMARY KEY (appliance_key, code, occasion)
);
CREATE INDEX ON care_tip (household_id, sent_at);

CREATE TABLE campaign (
    id           uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    number       bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    state        text NOT NULL DEFAULT 'draft',
    type         text NOT NULL CHECK (type IN ('cleaning_day', 'pre_season_check', 'product', 'recall')),
    title        text NOT NULL CHECK (length(title) BETWEEN 1 AND 200),
    text         text NOT NULL CHECK (length(text) BETWEEN 1 AND 2000),   -- what owners are told
    kind         text NOT NULL,
    maker        text, model text, batch text, firmware text,
    climate      text CHECK (climate IN ('tropical', 'subtropical', 'temperate', 'cold')),
    timezone     text,
    installed_before date,
    visit        boolean NOT NULL,          -- whether somebody comes; otherwise it is word only
    announced_at timestamptz,
    version      integer NOT NULL DEFAULT 1,
    CHECK (state = 'draft' OR state = 'cancelled' OR announced_at IS NOT NULL)
);
CREATE TRIGGER guard BEFORE INSERT OR UPDATE ON campaign FOR EACH ROW EXECUTE FUNCTION guard_state('campaign');
CREATE TRIGGER record AFTER INSERT OR UPDATE ON campaign FOR EACH ROW EXECUTE FUNCTION record_state('campaign');

-- One row per selected appliance, those that were left out too, so that nobody has to guess why.
CREATE TABLE campaign_appliance (
    id            uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    campaign_id   uuid NOT NULL REFERENCES campaign,
    appliance_key integer NOT NULL REFERENCES appliance (key) ON DELETE CASCADE,
    household_id  text NOT NULL REFERENCES household,
    state         text NOT NULL DEFAULT 'invited',
    left_out      text CHECK (left_out IN ('no_consent', 'asked_lately')),
    finding_id    uuid REFERENCES finding,
    invited_at    timestamptz NOT NULL,
    version       integer NOT NULL DEFAULT 1,
    UNIQUE (campaign_id, appliance_key),
    CHECK (left_out IS NULL OR state = 'invited')
);
CREATE INDEX ON campaign_appliance (household_id, invited_at);
CREATE INDEX ON campaign_appliance (finding_id) WHERE finding_id IS NOT NULL;
CREATE TRIGGER guard BEFORE INSERT OR UPDATE ON campaign_appliance
    FOR EACH ROW EXECUTE FUNCTION guard_state('participation');
CREATE TRIGGER record AFTER INSERT OR UPDATE ON campaign_appliance
    FOR EACH ROW EXECUTE FUNCTION record_state('participation');
