// SPDX-License-Identifier: Apache-2.0
// OpenAI's own JavaScript client. node openai.mjs BASE_URL KEY MODEL; ends with 1 when anything differs.
import assert from 'node:assert/strict';
import OpenAI from 'openai';

const [baseURL, apiKey, model] = process.argv.slice(2);
const client = new OpenAI({ baseURL, apiKey });
const messages = [{ role: 'user', content: 'What is the weather in Paris?' }];
const parameters = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
const fault = (text) => ({ headers: { 'x-mock-fault': text } });

const chat = await client.chat.completions.create({ model, messages });
assert.ok(chat.choices[0].message.content);
assert.ok(chat.usage.completion_tokens > 0);
assert.ok(chat._request_id);

let text = '';
let usage = null;
for await (const chunk of await client.chat.completions.create({
  model, messages, stream: true, stream_options: { include_usage: true },
})) {
  text += chunk.choices[0]?.delta?.content ?? '';
  usage = chunk.usage ?? usage;
}
assert.ok(text && usage.completion_tokens > 0);
for await (const chunk of await client.chat.completions.create({ model, messages, stream: true }))
  assert.equal(chunk.choices.length, 1);

const tools = [{ type: 'function', function: { name: 'weather', parameters } }];
const call = await client.chat.completions.create({ model, messages, tools });
assert.equal(call.choices[0].finish_reason, 'tool_calls');
assert.ok(JSON.parse(call.choices[0].message.tool_calls[0].function.arguments).city);
const streamed = await client.chat.completions.stream({ model, messages, tools }).finalChatCompletion();
assert.equal(streamed.choices[0].message.tool_calls[0].function.name, 'weather');

const json = await client.chat.completions.create({
  model, messages,
  response_format: { type: 'json_schema', json_schema: { name: 'place', schema: parameters } },
});
assert.ok(JSON.parse(json.choices[0].message.content).city);

const vectors = await client.embeddings.create({ model, input: ['a', 'b'] });
assert.equal(vectors.data.length, 2);
assert.equal(typeof vectors.data[0].embedding[0], 'number');

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
