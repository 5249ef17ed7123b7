// SPDX-License-Identifier: Apache-2.0
// OpenAI's own JavaScript client. node openai.mjs BASE_URL KEY MODEL; ends with 1 when anything differs.
import assert from 'node:assert/strict';
import { baseURL, client, messages, model } from './openai-common.mjs';

const fault = (text) => ({ headers: { 'x-mock-fault': text } });

const response = await client.responses.create({ model, input: 'hello' });
assert.ok(response.output_text && response.usage.output_tokens > 0);
let last = '';
for await (const event of await client.responses.create({ model, input: 'hello', stream: true }))
  last = event.type;
assert.equal(last, 'response.completed');
assert.ok((await client.models.list()).data.length > 0);

const refused = (status) => (error) => error.status === status && Boolean(error.requestID);
await assert.rejects(client.chat.completions.create({ model, messages }, fault('400')), refused(400));
await assert.rejects(client.chat.completions.create({ model, messages }, fault('401')), refused(401));
await assert.rejects(
  client.chat.completions.create({ model, messages }, { ...fault('quota'), maxRetries: 0 }),
  (error) => error.status === 429 && error.code === 'insufficient_quota');
const again = [{ role: 'user', content: `try again from JavaScript at ${baseURL}` }];
assert.ok((await client.chat.completions.create({ model, messages: again }, fault('503+once'))).id);

await assert.rejects(async () => {
  for await (const _ of await client.chat.completions.create(
    { model, messages, stream: true }, fault('error-event'))) { /* until it fails */ }
}, (error) => error.code === 'mock_failure');

const abort = new AbortController();
const long = await client.chat.completions.create(
  { model, messages, stream: true, user: `js ${baseURL}` },
  { ...fault('slow=20+tokens=400'), signal: abort.signal });
for await (const _ of long) abort.abort();
console.log('ok');
