// SPDX-License-Identifier: Apache-2.0
// The JavaScript clients with what the environment says and nothing else. node run.mjs
import assert from 'node:assert/strict';
import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import OpenAI from 'openai';

const messages = [{ role: 'user', content: 'hello' }];
const chat = await new OpenAI().chat.completions.create({ model: 'bench/bench-model', messages });
assert.ok(chat.choices[0].message.content);
const said = await new Anthropic().messages.create({ model: 'claude-sonnet-5-5', max_tokens: 50, messages });
assert.ok(said.content[0].text);
const made = await new GoogleGenAI({}).models.generateContent({ model: 'gemini-2.5-flash', contents: 'hello' });
assert.ok(made.text);
console.log('done');
