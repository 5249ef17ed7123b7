// SPDX-License-Identifier: Apache-2.0
// OpenAI's own JavaScript client over an Ollama. node openai-ollama.mjs BASE_URL KEY MODEL; ends with 1 when
// anything differs.
import assert from 'node:assert/strict';
import OpenAI from 'openai';

const [baseURL, apiKey, model] = process.argv.slice(2);
const client = new OpenAI({ baseURL, apiKey });
const messages = [{ role: 'user', content: 'What is the weather in Paris?' }];
const parameters = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
const tools = [{ type: 'function', function: { name: 'weather', parameters } }];

const chat = await client.chat.completions.create({ model, messages });
assert.ok(chat.choices[0].message.content && chat.usage.completion_tokens > 0);

let text = '';
let usage = null;
for await (const chunk of await client.chat.completions.create({
  model, messages, stream: true, stream_options: { include_usage: true },
})) {
  text += chunk.choices[0]?.delta?.content ?? '';
  usage = chunk.usage ?? usage;
}
assert.ok(text && usage.completion_tokens > 0);

const streamed = await client.chat.completions.stream({ model, messages, tools }).finalChatCompletion();
assert.equal(streamed.choices[0].finish_reason, 'tool_calls');
assert.ok(JSON.parse(streamed.choices[0].message.tool_calls[0].function.arguments).city);

const json = await client.chat.completions.create({
  model, messages,
  response_format: { type: 'json_schema', json_schema: { name: 'place', schema: parameters } },
});
assert.ok(JSON.parse(json.choices[0].message.content).city);

const vectors = await client.embeddings.create({ model, input: ['a', 'b'] });
assert.equal(vectors.data.length, 2);
assert.equal(typeof vectors.data[1].embedding[0], 'number');

await assert.rejects(client.chat.completions.create({ model, messages, n: 2 }),
  (error) => error.status === 400 && error.code === 'unsupported_parameter' && Boolean(error.requestID));
console.log('ok');
