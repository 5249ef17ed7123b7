// SPDX-License-Identifier: Apache-2.0
// Ollama's own JavaScript client and a real small model. node local_ollama.mjs HOST KEY MODEL CALLER EMBEDDER; a line of
// counts for each call, in their order; ends with 1 when anything is not as it should be.
import assert from 'node:assert/strict';
import { Ollama } from 'ollama';

const [host, key, model, caller, embedder] = process.argv.slice(2);
const client = new Ollama({ host, headers: { Authorization: `Bearer ${key}` } });
const messages = [{ role: 'user', content: 'Count: 1, 2, 3,' }];
const options = { num_predict: 8, num_ctx: 1024 };
const told = (answer) => console.log(JSON.stringify([answer.prompt_eval_count, 0, answer.eval_count ?? 0]));

const chat = await client.chat({ model, messages, options });
assert.equal(typeof chat.message.content, 'string');
assert.ok(chat.done);
told(chat);

let last = null;
for await (const part of await client.chat({ model, messages, options, stream: true })) {
  assert.ok(!last?.done);
  last = part;
}
assert.ok(last.done);
told(last);

last = null;
for await (const part of await client.generate({ model, prompt: '1, 2, 3,', options, stream: true })) last = part;
told(last);

const format = { type: 'object', properties: { even: { type: 'boolean' } }, required: ['even'] };
const json = await client.chat({ model, messages, options: { ...options, num_predict: 60 }, format });
assert.equal(typeof JSON.parse(json.message.content).even, 'boolean');
told(json);

const parameters = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
const tools = [{ type: 'function', function: { name: 'weather', description: 'Weather of a city', parameters } }];
const calls = (city) => ({
  role: 'assistant', content: '', tool_calls: [{ function: { name: 'weather', arguments: { city } } }],
});
const call = await client.chat({
  model: caller, tools, options: { ...options, num_predict: 60 }, messages: [
    { role: 'user', content: 'What is the weather in Rome?' }, calls('Rome'),
    { role: 'user', content: 'Is it raining in Oslo?' }, calls('Oslo'),
    { role: 'user', content: 'How warm is it in Paris?' },
  ],
});
assert.equal(call.message.tool_calls[0].function.name, 'weather');
assert.equal(typeof call.message.tool_calls[0].function.arguments.city, 'string');
told(call);

const vectors = await client.embed({ model: embedder, input: ['a cat', 'a dog'] });
assert.deepEqual(vectors.embeddings.map((v) => v.length), [384, 384]);
told(vectors);
assert.ok((await client.list()).models.length > 0);
