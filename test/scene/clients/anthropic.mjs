// SPDX-License-Identifier: Apache-2.0
// Anthropic's own JavaScript client: a Bearer key and the API version of 2026.
import assert from 'node:assert/strict';
import Anthropic from '@anthropic-ai/sdk';

const [baseURL, apiKey, model] = process.argv.slice(2);
const client = new Anthropic({ baseURL, apiKey });
const messages = [{ role: 'user', content: 'hello' }];
const fault = (text) => ({ headers: { 'x-mock-fault': text } });

const message = await client.messages.create({ model, messages, max_tokens: 200 });
assert.ok(message.content[0].text && message.usage.output_tokens > 0);
const stream = client.messages.stream({ model, messages, max_tokens: 200 });
assert.ok((await stream.finalMessage()).content[0].text);
assert.ok((await client.messages.countTokens({ model, messages })).input_tokens > 0);
await assert.rejects(client.messages.create({ model, messages, max_tokens: 9 }, fault('401')),
  (error) => error.status === 401 && Boolean(error.requestID));
const again = [{ role: 'user', content: `again ${baseURL}` }];
assert.ok((await client.messages.create({ model, messages: again, max_tokens: 9 }, fault('529+once'))).id);
await assert.rejects(client.messages.stream({ model, messages, max_tokens: 200 },
  fault('error-event')).finalMessage());
console.log('ok');
