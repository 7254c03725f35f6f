-- Step N takes a library from version N - 1 to N. One that has been released is never edited.

-- step 1
CREATE TABLE tasks (
    row           INTEGER PRIMARY KEY AUTOINCREMENT,
    task_id       TEXT,
    provider      TEXT NOT NULL,
    base_url      TEXT NOT NULL,
    status        TEXT NOT NULL,
    prompt        TEXT NOT NULL,
    sent_prompt   TEXT NOT NULL,
    metadata      TEXT NOT NULL,
    submitted_at  TEXT NOT NULL,
    completed_at  TEXT,
    delivered_by  TEXT,
    error_reason  TEXT,
    error_code    INTEGER,
    error_message TEXT,
    callback_path TEXT,
    owner         TEXT
);
CREATE UNIQUE INDEX tasks_by_id ON tasks (task_id, provider, base_url) WHERE task_id IS NOT NULL;
CREATE INDEX tasks_unfinished ON tasks (status) WHERE status IN ('submitting', 'pending', 'unknown');
CREATE INDEX tasks_by_prompt ON tasks (sent_prompt, provider);
CREATE TABLE variants (
    task_row INTEGER NOT NULL REFERENCES tasks (row) ON DELETE CASCADE,
    number   INTEGER NOT NULL,
    title    TEXT NOT NULL,
    status   TEXT NOT NULL,
    text     TEXT NOT NULL,
    error    TEXT,
    PRIMARY KEY (task_row, number)
) WITHOUT ROWID;
CREATE TABLE payloads (
    id          INTEGER PRIMARY KEY,
    task_row    INTEGER NOT NULL REFERENCES tasks (row) ON DELETE CASCADE,
    kind        TEXT NOT NULL,
    received_at TEXT NOT NULL,
    headers     TEXT NOT NULL,
    body        BLOB NOT NULL
);
CREATE INDEX payloads_of_task ON payloads (task_row);
CREATE VIRTUAL TABLE search USING fts5 (prompt, titles, texts, notes, tokenize = 'unicode61');

-- step 2
ALTER TABLE tasks ADD COLUMN batch_key TEXT;
CREATE INDEX tasks_by_batch ON tasks (batch_key) WHERE batch_key IS NOT NULL;

-- step 3
ALTER TABLE tasks ADD COLUMN song TEXT NOT NULL DEFAULT '';
ALTER TABLE tasks ADD COLUMN pick TEXT;
UPDATE tasks SET song = song_of(prompt);
CREATE INDEX tasks_by_song ON tasks (song) WHERE song <> '';
CREATE INDEX tasks_by_time ON tasks (submitted_at, row);
CREATE TABLE versions (
    task_row INTEGER NOT NULL REFERENCES tasks (row) ON DELETE CASCADE,
    variant  INTEGER NOT NULL,
    number   INTEGER NOT NULL,
    source   TEXT NOT NULL,
    title    TEXT NOT NULL,
    text     TEXT NOT NULL,
    made_by  TEXT NOT NULL,
    made_at  TEXT NOT NULL,
    PRIMARY KEY (task_row, variant, number)
) WITHOUT ROWID;
CREATE TABLE reviews (
    task_row    INTEGER NOT NULL REFERENCES tasks (row) ON DELETE CASCADE,
    name        TEXT NOT NULL,
    rating      INTEGER,
    verdict     TEXT,
    note        TEXT NOT NULL,
    reviewed_at TEXT NOT NULL,
    PRIMARY KEY (task_row, name)
) WITHOUT ROWID;
CREATE TABLE tags (
    task_row INTEGER NOT NULL REFERENCES tasks (row) ON DELETE CASCADE,
    tag      TEXT NOT NULL,
    PRIMARY KEY (task_row, tag)
) WITHOUT ROWID;
CREATE INDEX tasks_by_tag ON tags (tag);

-- step 4
UPDATE search
    SET prompt = spaced(prompt), titles = spaced(titles), texts = spaced(texts), notes = spaced(notes)
    WHERE spaced(texts) <> texts OR spaced(prompt) <> prompt OR spaced(titles) <> titles
    OR spaced(notes) <> notes;

-- step 5
ALTER TABLE versions ADD COLUMN language TEXT NOT NULL DEFAULT '';

-- step 6
UPDATE search
    SET prompt = respaced(prompt), titles = respaced(titles), texts = respaced(texts), notes = respaced(notes)
    WHERE respaced(texts) <> texts OR respaced(prompt) <> prompt OR respaced(titles) <> titles
    OR respaced(notes) <> notes;
