// SPDX-License-Identifier: Apache-2.0
// OpenAI's own JavaScript client over an Ollama. node openai-ollama.mjs BASE_URL KEY MODEL; ends with 1 when
// anything differs.
import assert from 'node:assert/strict';
import { client, messages, model } from './openai-common.mjs';

await assert.rejects(client.chat.completions.create({ model, messages, n: 2 }),
  (error) => error.status === 400 && error.code === 'unsupported_parameter' && Boolean(error.requestID));
console.log('ok');
