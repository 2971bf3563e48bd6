"""Writes model/: a language model in Hugging Face's layout, 30 kB, that says the alphabet. Standard library only.

A token's embedding tells the class of its byte (16 classes), the last layer answers class n with the letter behind it; attention and
feed-forward are zero. So every continuation is known beforehand: "a" is followed by "bcdefghijklmnop", then by "a" again.
"""

import json
import pathlib
import struct

HIDDEN = 16
INTERMEDIATE = 32
LETTERS = "abcdefghijklmnop"


def byte_alphabet():
    """Byte -> the printable character that stands for it in GPT-2's vocabulary."""
    printable = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    others = [byte for byte in range(256) if byte not in printable]
    return {**{byte: chr(byte) for byte in printable}, **{byte: chr(256 + n) for n, byte in enumerate(others)}}


def vocabulary():
    characters = byte_alphabet()
    tokens = [*(characters[byte] for byte in range(256)), "th", "<s>", "</s>"]
    return {token: index for index, token in enumerate(tokens)}


def one(position, size=HIDDEN):
    return [1.0 if index == position else 0.0 for index in range(size)]


def tensors(vocab):
    zeros = [0.0] * HIDDEN
    letter_class = {ord(letter): index for index, letter in enumerate(LETTERS)}
    embed = [one(letter_class.get(index, index % HIDDEN)) for index in range(len(vocab))]
    head = [zeros] * len(vocab)
    for index in range(HIDDEN):
        head[ord(LETTERS[(index + 1) % HIDDEN])] = one(index)
    layer = "model.layers.0."
    yield "lm_head.weight", head
    yield "model.embed_tokens.weight", embed
    yield layer + "input_layernorm.weight", [1.0] * HIDDEN
    yield layer + "mlp.down_proj.weight", [[0.0] * INTERMEDIATE] * HIDDEN
    yield layer + "mlp.gate_proj.weight", [zeros] * INTERMEDIATE
    yield layer + "mlp.up_proj.weight", [zeros] * INTERMEDIATE
    yield layer + "post_attention_layernorm.weight", [1.0] * HIDDEN
    for name in ("k_proj", "o_proj", "q_proj", "v_proj"):
        yield f"{layer}self_attn.{name}.weight", [zeros] * HIDDEN
    yield "model.norm.weight", [1.0] * HIDDEN


def flat(values):
    return [item for row in values for item in row] if isinstance(values[0], list) else values


def safetensors(named):
    """https://huggingface.co/docs/safetensors: length of the header, header, data; bfloat16 is the upper half of a float32."""
    header, data = {"__metadata__": {"format": "pt"}}, b""
    for name, values in named:
        shape = [len(values), len(values[0])] if isinstance(values[0], list) else [len(values)]
        part = b"".join(struct.pack(">f", value)[:2][::-1] for value in flat(values))
        header[name] = {"dtype": "BF16", "shape": shape, "data_offsets": [len(data), len(data) + len(part)]}
        data += part
    text = json.dumps(header, separators=(",", ":"))
    text += " " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text.encode() + data


def main():
    folder = pathlib.Path(__file__).parent / "model"
    folder.mkdir(exist_ok=True)
    vocab = vocabulary()
    special = [
        {"id": vocab[token], "content": token, "single_word": False, "lstrip": False, "rstrip": False}
        | {"normalized": False, "special": True}
        for token in ("<s>", "</s>")
    ]
    write = lambda name, value: (folder / name).write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n")
    write("config.json", {
        "architectures": ["LlamaForCausalLM"], "model_type": "llama", "torch_dtype": "bfloat16",
        "hidden_size": HIDDEN, "intermediate_size": INTERMEDIATE, "num_hidden_layers": 1, "num_attention_heads": 2,
        "num_key_value_heads": 2, "head_dim": 8, "hidden_act": "silu", "max_position_embeddings": 512,
        "rms_norm_eps": 1e-05, "rope_theta": 10000.0, "tie_word_embeddings": False, "attention_bias": False,
        "mlp_bias": False, "vocab_size": len(vocab), "bos_token_id": vocab["<s>"], "eos_token_id": vocab["</s>"],
    })
    write("generation_config.json", {"bos_token_id": vocab["<s>"], "eos_token_id": vocab["</s>"], "do_sample": False})
    write("tokenizer_config.json", {
        "tokenizer_class": "PreTrainedTokenizerFast", "bos_token": "<s>", "eos_token": "</s>", "model_max_length": 512,
        "clean_up_tokenization_spaces": False,
        "chat_template": "{% for message in messages %}{{ message['content'] }}{% endfor %}",
    })
    (folder / "tokenizer.json").write_text(json.dumps({
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": special, "normalizer": None,
        "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True},
        "post_processor": None, "decoder": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True},
        "model": {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None,
                  "end_of_word_suffix": None, "fuse_unk": False, "byte_fallback": False, "vocab": vocab, "merges": [["t", "h"]]},
    }, ensure_ascii=False) + "\n")
    (folder / "model.safetensors").write_bytes(safetensors(tensors(vocab)))


main()
