"""Byte-level BPE in the form llama.cpp reads as `llama-bpe`, and the rendering of dialogues to tokens.

`pieces` mirrors runtime/inference/chat/llama/chat-format.ts and the Llama 3.1 wrapper of node-llama-cpp byte for byte;
check-format.py proves it against that code.
"""
import json
import re
from collections import Counter

# The llama-bpe pre-tokenizer for ASCII text; the training text holds nothing else.
PRETOKEN = re.compile(r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\nA-Za-z0-9]?[A-Za-z]+|[0-9]{1,3}| ?[^\sA-Za-z0-9]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")
SPECIALS = ['<|begin_of_text|>', '<|end_of_text|>', '<|finetune_right_pad_id|>', '<|start_header_id|>', '<|end_header_id|>',
            '<|eom_id|>', '<|eot_id|>', '<|python_tag|>']
SPECIAL_RE = re.compile('(' + '|'.join(re.escape(s) for s in SPECIALS) + ')')


def byte_symbols():
    """GPT-2's printable stand-in for each byte."""
    keep = list(range(33, 127)) + list(range(161, 173)) + list(range(174, 256))
    table, extra = {}, 0
    for b in range(256):
        if b in keep:
            table[b] = chr(b)
        else:
            table[b] = chr(256 + extra)
            extra += 1
    return table


BYTES = byte_symbols()


def symbols(text):
    return ''.join(BYTES[b] for b in text.encode())


class Tokenizer:
    def __init__(self, tokens, merges):
        self.tokens, self.merges = tokens, [tuple(m) for m in merges]
        self.ids = {t: i for i, t in enumerate(tokens)}
        self.ranks = {m: i for i, m in enumerate(self.merges)}
        self.cache = {}

    def save(self, path):
        with open(path, 'w') as f:
            json.dump({'tokens': self.tokens, 'merges': self.merges}, f)

    @staticmethod
    def load(path):
        with open(path) as f:
            d = json.load(f)
        return Tokenizer(d['tokens'], d['merges'])

    def word(self, pretoken):
        got = self.cache.get(pretoken)
        if got is None:
            got = self.cache[pretoken] = self.split(symbols(pretoken))
        return got

    def split(self, word):
        if word in self.ids:  # llama-bpe takes a whole word before any merge
            return [self.ids[word]]
        parts = list(word)
        while len(parts) > 1:
            best = min(range(len(parts) - 1), key=lambda i: self.ranks.get((parts[i], parts[i + 1]), 1 << 30))
            if (parts[best], parts[best + 1]) not in self.ranks:
                break
            parts[best:best + 2] = [parts[best] + parts[best + 1]]
        return [self.ids[x] for x in parts]

    def encode(self, text, special=False):
        out = []
        for part in SPECIAL_RE.split(text) if special else [text]:
            if special and part in self.ids and SPECIAL_RE.fullmatch(part):
                out.append(self.ids[part])
            else:
                for m in PRETOKEN.finditer(part):
                    out += self.word(m.group())
        return out


def train_bpe(counts, whole, limit):
    """counts: pretoken -> weight. Merges until every pretoken of `whole` is one token."""
    words = [[list(symbols(w)), n] for w, n in counts.items()]
    goal = {symbols(w) for w in whole}
    tokens, merges = [BYTES[b] for b in range(256)], []
    goal -= set(tokens)
    while goal and len(merges) < limit:
        pairs = Counter()
        for parts, n in words:
            for pair in zip(parts, parts[1:]):
                pairs[pair] += n
        if not pairs:
            break
        a, b = max(pairs.items(), key=lambda x: (x[1], x[0]))[0]
        merges.append((a, b))
        new = a + b
        if new not in tokens:
            tokens.append(new)
        goal.discard(new)
        for entry in words:
            parts = entry[0]
            if len(parts) > 1 and a in parts:
                i, out = 0, []
                while i < len(parts):
                    if i + 1 < len(parts) and parts[i] == a and parts[i + 1] == b:
                        out.append(new)
                        i += 2
                    else:
                        out.append(parts[i])
                        i += 1
                entry[0] = out
        words = [w for w in words if len(w[0]) > 1]
    return tokens, merges


# --- rendering ------------------------------------------------------------------------------------------------------
def header(role):
    return f'<|start_header_id|>{role}<|end_header_id|>\n\n'


def tool_text(tools):
    rows = []
    for t in tools:
        row = {'name': t['name']}
        if t['description']:
            row['description'] = t['description']
        if t['parameters']['properties']:
            row['parameters'] = t['parameters']
        rows.append(json.dumps(row))
    return '\n'.join(['You can call these functions:', *rows, 'To call one, reply ONLY with one line like this:',
                      '<function=example_name>{"example_parameter": "example value"}</function>',
                      'Call one function at a time and only when needed. Only you see the result: tell the user what matters '
                      'and never mention functions.'])


def pieces(dialogue, learn=None, prompt=True, others=0.):
    """[text, special, weight] of a dialogue: 1 where the assistant's own tokens are learned, `others` for the words of
    caller and tools, 0 elsewhere. `prompt` False leaves the system part out (first part of the training)."""
    messages = dialogue['messages']
    learn = learn or ['no'] * len(messages)
    others = others if 'all' in learn else 0
    system, turns = [], []
    if dialogue['tools']:
        system.append(tool_text(dialogue['tools']))
    for m, how in zip(messages, learn):
        if m['role'] == 'system':
            system.append(m['content'])
        elif m['role'] == 'user':
            if turns and turns[-1][0] == 'user':
                turns[-1][1].append(m['content'])
            else:
                turns.append(('user', [m['content']]))
        else:
            parts = ([(m['content'], how)] if m['content'] else []) + [(c, how) for c in m['toolCalls']]
            if not parts:
                continue
            if turns and turns[-1][0] == 'model':
                turns[-1][1].extend(parts)
            else:
                turns.append(('model', parts))
    if turns[-1][0] == 'user':
        turns.append(('model', []))
    out = [['<|begin_of_text|>', True, 0]]
    if system and prompt:
        out += [[header('system'), True, 0], ['\n\n'.join(system), False, 0], ['<|eot_id|>', True, 0]]
    for role, parts in turns:
        if role == 'user':
            out += [[header('user'), True, 0], ['\n\n'.join(parts), False, others], ['<|eot_id|>', True, 0]]
            continue
        out.append([header('assistant'), True, 0])
        for part, how in parts:
            on = float(how != 'no')
            if isinstance(part, str):
                out.append([part, False, on])
                continue
            out += [['<function=', True, on], [part['name'], False, on], ['>', True, on], [json.dumps(part['arguments']), False, on],
                    ['</function><|eom_id|>\n' + header('ipython'), True, 0], [json.dumps(part['result']), False, others],
                    ['<|eot_id|>' + header('assistant'), True, 0]]
        if parts:
            out.append(['<|eot_id|>', True, float(isinstance(parts[-1][0], str) and parts[-1][1] == 'all')])
    return out


def encode(tokenizer, dialogue, learn, prompt=True, others=0.):
    """(token ids up to the end of the system prompt, token ids after it, weights of the latter)"""
    rows = pieces(dialogue, learn, prompt, others)
    has_system = len(rows) > 1 and rows[1][0] == header('system')
    prefix = [i for text, special, _ in rows[:4 if has_system else 1] for i in tokenizer.encode(text, special)]
    ids, mask = [], []
    for text, special, on in rows[4 if has_system else 1:]:
        t = tokenizer.encode(text, special)
        ids += t
        mask += [on] * len(t)
    return prefix, ids, mask


def merged(rows):
    """Neighbours of one kind joined, as node-llama-cpp holds them."""
    out = []
    for text, special, _ in rows:
        if out and out[-1]['special'] == special and out[-1]['text'] != '<|begin_of_text|>':
            out[-1]['text'] += text
        else:
            out.append({'text': text, 'special': special})
    return out
