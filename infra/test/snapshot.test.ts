import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { test } from 'node:test';
import { synthesise } from './stacks';

const file = path.join(__dirname, 'snapshot.json');

/** Hashes of programs differ from build to build; what the templates say of them does not. */
function masked(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value).replace(/[0-9a-f]{64}/g, 'ASSET'));
}

test('the templates are those of test/snapshot.json (UPDATE_SNAPSHOT=1 writes it anew)', () => {
  const { data, app } = synthesise({ stage: 'production' });
  const templates = masked({ data: data.toJSON(), app: app.toJSON() });
  if (process.env.UPDATE_SNAPSHOT) writeFileSync(file, `${JSON.stringify(templates, null, 1)}\n`);
  assert.ok(existsSync(file), 'no snapshot: run UPDATE_SNAPSHOT=1 npm test');
  assert.deepEqual(templates, JSON.parse(readFileSync(file, 'utf8')));
});
