// SPDX-License-Identifier: Apache-2.0
// OpenAI's own JavaScript client and a real small model. node local.mjs BASE_URL KEY MODEL; a line of usage for each
// call, in their order; ends with 1 when anything is not as it should be.
import assert from 'node:assert/strict';
import OpenAI from 'openai';

const [baseURL, apiKey, model] = process.argv.slice(2);
const client = new OpenAI({ baseURL, apiKey });
const ask = {
  model, messages: [{ role: 'user', content: 'Count: 1, 2, 3,' }], max_tokens: 8, temperature: 0, seed: 1,
};
const told = (usage) => console.log(JSON.stringify(usage));

const chat = await client.chat.completions.create(ask);
assert.ok(chat.choices[0].message.content);
told(chat.usage);

let text = '';
let usage = null;
for await (const chunk of await client.chat.completions.create({
  ...ask, stream: true, stream_options: { include_usage: true },
})) {
  text += chunk.choices[0]?.delta?.content ?? '';
  usage = chunk.usage ?? usage;
}
assert.ok(text);
told(usage);

const schema = {
  type: 'object', properties: { even: { type: 'boolean' } }, required: ['even'], additionalProperties: false,
};
const json = await client.chat.completions.create({
  ...ask, max_tokens: 60,
  response_format: { type: 'json_schema', json_schema: { name: 'parity', strict: true, schema } },
});
assert.equal(typeof JSON.parse(json.choices[0].message.content).even, 'boolean');
told(json.usage);

const sure = await client.chat.completions.create({ ...ask, logprobs: true, top_logprobs: 3 });
assert.equal(sure.choices[0].logprobs.content.length, sure.usage.completion_tokens);
assert.equal(sure.choices[0].logprobs.content[0].top_logprobs.length, 3);
told(sure.usage);
