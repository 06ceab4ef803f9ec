"""LoRA steps of transformers and PEFT on the shapes of `./pipeline bench train`: its peer, where Python has both.

    ./pipeline bench train --dtype bf16 --dataset FILE --batch 4 --steps 16 --lengths lengths.json
    python bench/peft_lora.py --dtype bf16 --lengths lengths.json --batch 4 --steps 16

Weights are random, tokens too; lengths and masked prompts are those of the dataset. Batches are padded as
DataCollatorForSeq2Seq pads them. The last line is one JSON object with the names that `bench train --json` uses.
"""
import argparse
import json
import resource
import time

import torch
from peft import LoraConfig, get_peft_model
from transformers import Phi3Config, Phi3ForCausalLM

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--dtype", choices=["fp32", "bf16"], default="bf16")
parser.add_argument("--adapters", choices=["float32", "base"], default="float32", help="PEFT's default, or the type of the base")
parser.add_argument("--attention", default="eager", help="eager or sdpa, as far as the installed versions have it")
parser.add_argument("--lengths", help="JSON list of [prompt tokens, all tokens]; without it examples of --seq tokens, all of them targets")
parser.add_argument("--threads", type=int, default=torch.get_num_threads())
for name, value in dict(seq=256, batch=4, accumulation=1, steps=8, rank=16, hidden=1024, layers=8, heads=16, kv_heads=8,
                        intermediate=4096, vocab=32064).items():
    parser.add_argument("--" + name.replace("_", "-"), type=int, default=value)
options = parser.parse_args()

torch.set_num_threads(options.threads)
torch.manual_seed(0)
config = Phi3Config(
    hidden_size=options.hidden, num_hidden_layers=options.layers, num_attention_heads=options.heads,
    num_key_value_heads=options.kv_heads, intermediate_size=options.intermediate, vocab_size=options.vocab,
    max_position_embeddings=4096, original_max_position_embeddings=4096, rope_theta=10000.0, rms_norm_eps=1e-5,
    tie_word_embeddings=True, pad_token_id=0, bos_token_id=1, eos_token_id=2, attn_implementation=options.attention)
model = Phi3ForCausalLM(config)
if options.dtype == "bf16":
    model = model.to(torch.bfloat16)
lora = LoraConfig(r=options.rank, lora_alpha=2 * options.rank, target_modules=["qkv_proj", "o_proj", "gate_up_proj", "down_proj"],
                  task_type="CAUSAL_LM")
model = get_peft_model(model, lora, autocast_adapter_dtype=options.adapters == "float32")
model.train()
trainable = [p for p in model.parameters() if p.requires_grad]
optimizer = torch.optim.AdamW(trainable, lr=1e-4)
lengths = json.load(open(options.lengths)) if options.lengths else [[0, options.seq]]


def collate(examples):
    longest = (max(total for _, total in examples) + 7) // 8 * 8
    ids = torch.zeros(len(examples), longest, dtype=torch.long)
    labels = torch.full_like(ids, -100)
    mask = torch.zeros_like(ids)
    for row, (prompt, total) in enumerate(examples):
        ids[row, :total] = torch.randint(3, options.vocab, (total,))
        labels[row, prompt:total] = ids[row, prompt:total]
        mask[row, :total] = 1
    return dict(input_ids=ids, attention_mask=mask, labels=labels)


def step(micro_batches):
    targets = sum(int((batch["labels"][:, 1:] != -100).sum()) for batch in micro_batches)
    total = 0.0
    for batch in micro_batches:
        share = int((batch["labels"][:, 1:] != -100).sum()) / targets
        loss = model(**batch).loss * share
        loss.backward()
        total += loss.item()
    torch.nn.utils.clip_grad_norm_(trainable, 1.0)
    optimizer.step()
    optimizer.zero_grad()
    return total


examples = (lengths[i % len(lengths)] for i in range(10**9))
steps = [[collate([next(examples) for _ in range(options.batch)]) for _ in range(options.accumulation)] for _ in range(options.steps + 1)]
first_loss = step(steps[0])  # warms up, as in bench train
seconds = []
for micro_batches in steps[1:]:
    began = time.perf_counter()
    step(micro_batches)
    seconds.append(time.perf_counter() - began)
tokens = sum(int(batch["attention_mask"].sum()) for micro_batches in steps[1:] for batch in micro_batches)
print(json.dumps(dict(
    tokens_per_s=round(tokens / sum(seconds), 2),
    examples_per_s=round(options.steps * options.batch * options.accumulation / sum(seconds), 4),
    step_s=round(sorted(seconds)[len(seconds) // 2], 5),
    peak_rss_mib=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    first_loss=round(first_loss, 5), adapters=options.adapters, attention=config._attn_implementation, torch=torch.__version__)))
