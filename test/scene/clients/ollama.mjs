// SPDX-License-Identifier: Apache-2.0
// Ollama's own JavaScript client. node ollama.mjs BASE_URL KEY MODEL; ends with 1 when anything differs.
import assert from 'node:assert/strict';
import { Ollama } from 'ollama';

const [host, key, model] = process.argv.slice(2);
const client = new Ollama({ host, headers: { Authorization: `Bearer ${key}` } });
const messages = [{ role: 'user', content: 'What is the weather in Paris?' }];
const parameters = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };

const chat = await client.chat({ model, messages });
assert.ok(chat.message.content && chat.done && chat.eval_count > 0);

let text = '';
let last = null;
for await (const part of await client.chat({ model, messages, stream: true })) {
  text += part.message.content;
  last = part;
}
assert.ok(text && last.done && last.prompt_eval_count > 0);

const tools = [{ type: 'function', function: { name: 'weather', description: '', parameters } }];
const call = await client.chat({ model, messages, tools });
assert.equal(typeof call.message.tool_calls[0].function.arguments.city, 'string');

const schema = await client.chat({ model, messages, format: parameters });
assert.equal(typeof JSON.parse(schema.message.content).city, 'string');

assert.ok((await client.generate({ model, prompt: 'hello' })).response);
assert.equal((await client.embed({ model, input: ['a', 'b'] })).embeddings.length, 2);
assert.ok((await client.list()).models.length > 0);
assert.ok((await client.show({ model })).details.family);
assert.ok((await client.ps()).models.length > 0);
assert.ok((await client.version()).version);
await assert.rejects(client.chat({ model: `${model}+503`, messages }), { status_code: 503 });
await assert.rejects(async () => {
  for await (const part of await client.chat({ model: `${model}+runner-dies`, messages, stream: true }))
    assert.ok(part);
}, /unexpected EOF/);
console.log('ok');
