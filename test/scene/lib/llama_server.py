# SPDX-License-Identifier: Apache-2.0
"""llama_server - llama.cpp's own HTTP server with one model, until SIGTERM. Runs in .deps/llama.

    python llama_server.py MODEL.gguf PORT [plain]

plain: what the messages say and nothing else, for the model to go on with.
"""
import signal
import sys

import xllamacpp

# A base model knows no turns: these words keep them apart.
TURNS = ("{% for m in messages %}<start_of_turn>{{ 'model' if m.role == 'assistant' else 'user' }}\n"
         "{{ m.content }}<end_of_turn>\n{% endfor %}"
         "{% if add_generation_prompt %}<start_of_turn>model\n{% endif %}")
PLAIN = "{% for m in messages %}{{ m.content }}{% endfor %}"

signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})  # before its threads begin
how = xllamacpp.CommonParams()
how.model.path = sys.argv[1]
how.model_alias = {"gemma"}
how.hostnames = ["127.0.0.1"]
how.port = int(sys.argv[2])
how.n_ctx = 1024
how.n_parallel = 2
how.cpuparams.n_threads = how.cpuparams_batch.n_threads = 1
how.use_jinja = True
how.chat_template = PLAIN if sys.argv[3:] == ["plain"] else TURNS
how.endpoint_slots = True
how.embedding = True
how.pooling_type = xllamacpp.llama_pooling_type.LLAMA_POOLING_TYPE_MEAN
server = xllamacpp.Server(how)
print("listening on", server.listening_address, flush=True)
signal.sigwait({signal.SIGTERM})
