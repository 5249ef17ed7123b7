// SPDX-License-Identifier: Apache-2.0
// Google's own JavaScript client.
import assert from 'node:assert/strict';
import { GoogleGenAI } from '@google/genai';

const [baseUrl, apiKey, model] = process.argv.slice(2);
const client = new GoogleGenAI({ apiKey, httpOptions: { baseUrl } });

const answer = await client.models.generateContent({ model, contents: 'hello' });
assert.ok(answer.text && answer.usageMetadata.totalTokenCount > 0);
let last = null;
for await (const chunk of await client.models.generateContentStream({ model, contents: 'hello' }))
  last = chunk;
assert.ok(last.usageMetadata.candidatesTokenCount > 0);
assert.ok((await client.models.countTokens({ model, contents: 'hello' })).totalTokens > 0);
await assert.rejects(client.models.generateContent({
  model, contents: 'hello', config: { httpOptions: { headers: { 'x-mock-fault': '400' } } },
}), (error) => error.status === 400);
console.log('ok');
