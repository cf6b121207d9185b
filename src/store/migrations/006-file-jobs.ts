/** Files to and from charge points: the jobs, what of a token can be kept, uploads, and campaigns over many charge points. */
export const sql = `
CREATE TABLE file_jobs (
  id TEXT PRIMARY KEY,
  charge_point_ref INTEGER NOT NULL REFERENCES charge_points (ref),
  kind TEXT NOT NULL CHECK (kind IN ('firmware', 'signed-firmware', 'diagnostics', 'log')),
  state TEXT NOT NULL, outcome TEXT NOT NULL, request TEXT NOT NULL, request_id INTEGER,
  silences INTEGER NOT NULL, version_before TEXT, file_name TEXT, claimed INTEGER NOT NULL, file_id TEXT,
  created_ms INTEGER NOT NULL, changed_ms INTEGER NOT NULL, until_ms INTEGER, ended_ms INTEGER
) STRICT;
CREATE INDEX file_jobs_open ON file_jobs (charge_point_ref) WHERE ended_ms IS NULL;

-- The token itself is nowhere kept. One is good until its job ends.
CREATE TABLE file_tokens (
  hash TEXT PRIMARY KEY,
  job_id TEXT NOT NULL REFERENCES file_jobs (id),
  direction TEXT NOT NULL CHECK (direction IN ('download', 'upload')),
  state TEXT NOT NULL CHECK (state IN ('live', 'ended')),
  issued_ms INTEGER NOT NULL, ended_ms INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX file_tokens_by_job ON file_tokens (job_id);

CREATE TABLE stored_files (
  id TEXT PRIMARY KEY,
  job_id TEXT NOT NULL REFERENCES file_jobs (id),
  name TEXT NOT NULL, size INTEGER NOT NULL, sha256 TEXT NOT NULL, media_type TEXT,
  stored_ms INTEGER NOT NULL, dropped_ms INTEGER, dropped_why TEXT
) STRICT;
CREATE INDEX stored_files_kept ON stored_files (stored_ms) WHERE dropped_ms IS NULL;

CREATE TABLE campaigns (
  id TEXT PRIMARY KEY,
  plan TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('running', 'paused', 'stopped', 'cancelled', 'done')),
  outcome TEXT NOT NULL, created_ms INTEGER NOT NULL, changed_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE campaign_items (
  campaign_id TEXT NOT NULL REFERENCES campaigns (id),
  place INTEGER NOT NULL,
  charge_point_ref INTEGER NOT NULL REFERENCES charge_points (ref),
  state TEXT NOT NULL, job_id TEXT, outcome TEXT NOT NULL,
  PRIMARY KEY (campaign_id, charge_point_ref)
) STRICT, WITHOUT ROWID;
`;
