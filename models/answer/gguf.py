"""Writes the trained model as a GGUF file (F16) that llama.cpp loads."""
import os
import struct

import numpy as np

TEMPLATE = ("{{ bos_token }}{% for message in messages %}{{ '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n' "
            "+ message['content'] + '<|eot_id|>' }}{% endfor %}{% if add_generation_prompt %}"
            "{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}")
U32, I32, F32, BOOL, STR, ARR = 4, 5, 6, 7, 8, 9


def text(s):
    b = s.encode()
    return struct.pack('<Q', len(b)) + b


def value(kind, v):
    if kind == STR:
        return text(v)
    if kind == ARR:
        inner, items = v
        return struct.pack('<IQ', inner, len(items)) + b''.join(value(inner, x) for x in items)
    return struct.pack({U32: '<I', I32: '<i', F32: '<f', BOOL: '<?'}[kind], v)


def write(path, state, c, tokenizer, specials):
    """state: name -> float32 array of model.Llama. Written beside `path` first, then renamed."""
    index = tokenizer.ids
    keys = [
        ('general.architecture', STR, 'llama'), ('general.name', STR, 'voice-loop answer'), ('general.file_type', U32, 1),
        ('general.license', STR, 'mit'),
        ('general.description', STR, 'Understands the demo domain only: booking, listing and cancelling appointments by voice.'),
        ('llama.context_length', U32, c['context']), ('llama.embedding_length', U32, c['d']), ('llama.block_count', U32, c['layers']),
        ('llama.feed_forward_length', U32, c['ff']), ('llama.attention.head_count', U32, c['heads']),
        ('llama.attention.head_count_kv', U32, c['kv']), ('llama.attention.layer_norm_rms_epsilon', F32, c['eps']),
        ('llama.rope.freq_base', F32, c['base']), ('llama.rope.dimension_count', U32, c['d'] // c['heads']),
        ('llama.vocab_size', U32, len(tokenizer.tokens)),
        ('tokenizer.ggml.model', STR, 'gpt2'), ('tokenizer.ggml.pre', STR, 'llama-bpe'),
        ('tokenizer.ggml.tokens', ARR, (STR, tokenizer.tokens)),
        ('tokenizer.ggml.token_type', ARR, (I32, [3 if t in specials else 1 for t in tokenizer.tokens])),
        ('tokenizer.ggml.merges', ARR, (STR, [' '.join(m) for m in tokenizer.merges])),
        ('tokenizer.ggml.bos_token_id', U32, index['<|begin_of_text|>']), ('tokenizer.ggml.eos_token_id', U32, index['<|eot_id|>']),
        ('tokenizer.ggml.padding_token_id', U32, index['<|finetune_right_pad_id|>']),
        ('tokenizer.chat_template', STR, TEMPLATE),
    ]
    tensors = [('token_embd.weight', state['embed'], 1), ('output_norm.weight', state['norm'], 0)]
    for i in range(c['layers']):
        for ours, theirs, half in (('attn_norm', 'attn_norm', 0), ('q', 'attn_q', 1), ('k', 'attn_k', 1), ('v', 'attn_v', 1), ('o', 'attn_output', 1),
                                   ('ffn_norm', 'ffn_norm', 0), ('gate', 'ffn_gate', 1), ('up', 'ffn_up', 1), ('down', 'ffn_down', 1)):
            tensors.append((f'blk.{i}.{theirs}.weight', state[f'blocks.{i}.{ours}'], half))
    head = b'GGUF' + struct.pack('<IQQ', 3, len(tensors), len(keys))
    head += b''.join(text(k) + struct.pack('<I', kind) + value(kind, v) for k, kind, v in keys)
    data = b''
    for name, array, half in tensors:
        raw = np.ascontiguousarray(array, dtype=np.float16 if half else np.float32).tobytes()
        head += text(name) + struct.pack('<I', array.ndim) + b''.join(struct.pack('<Q', n) for n in reversed(array.shape))
        head += struct.pack('<IQ', half, len(data))
        data += raw + b'\0' * (-len(raw) % 32)
    with open(path + '.new', 'wb') as f:
        f.write(head + b'\0' * (-len(head) % 32) + data)
    os.replace(path + '.new', path)


def read_vocabulary(path):
    """(tokens, merges) of a GGUF file of ours."""
    with open(path, 'rb') as f:
        raw = f.read()
    at = 8

    def take(form):
        nonlocal at
        got = struct.unpack_from('<' + form, raw, at)
        at += struct.calcsize('<' + form)
        return got[0]

    def item(kind):
        nonlocal at
        if kind == STR:
            size = take('Q')
            at += size
            return raw[at - size:at].decode()
        if kind == ARR:
            inner, size = take('I'), take('Q')
            return [item(inner) for _ in range(size)]
        return take({U32: 'I', I32: 'i', F32: 'f', BOOL: '?'}[kind])

    take('Q')
    found = {}
    for _ in range(take('Q')):
        key = item(STR)
        found[key] = item(take('I'))
    return found['tokenizer.ggml.tokens'], [m.split(' ') for m in found['tokenizer.ggml.merges']]
