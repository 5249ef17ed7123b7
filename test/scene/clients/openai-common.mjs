// SPDX-License-Identifier: Apache-2.0
// What OpenAI's own JavaScript client asks of any provider. Read by scripts of the usage
// node SCRIPT BASE_URL KEY MODEL; ends with 1 when anything differs.
import assert from 'node:assert/strict';
import OpenAI from 'openai';

export const [baseURL, apiKey, model] = process.argv.slice(2);
export const client = new OpenAI({ baseURL, apiKey });
export const messages = [{ role: 'user', content: 'What is the weather in Paris?' }];
const parameters = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
const tools = [{ type: 'function', function: { name: 'weather', parameters } }];

const calls = (chat) => {
  assert.equal(chat.choices[0].finish_reason, 'tool_calls');
  const { name, arguments: text } = chat.choices[0].message.tool_calls[0].function;
  assert.ok(name === 'weather' && JSON.parse(text).city);
};

const chat = await client.chat.completions.create({ model, messages });
assert.ok(chat.choices[0].message.content && chat.usage.completion_tokens > 0);
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

calls(await client.chat.completions.create({ model, messages, tools }));
calls(await client.chat.completions.stream({ model, messages, tools }).finalChatCompletion());

const json = await client.chat.completions.create({
  model, messages,
  response_format: { type: 'json_schema', json_schema: { name: 'place', schema: parameters } },
});
assert.ok(JSON.parse(json.choices[0].message.content).city);

const vectors = await client.embeddings.create({ model, input: ['a', 'b'] });
assert.equal(vectors.data.length, 2);
assert.equal(typeof vectors.data[1].embedding[0], 'number');
