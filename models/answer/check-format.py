"""Proves that the trainer's text and tokens are the product's: the same dialogues through tokens.py and through
runtime/inference/chat/llama/render-dialogues.ts, compared piece by piece and token by token.

    npm run build && python3 models/answer/check-format.py [answer.gguf] [dialogues] [compiled render-dialogues.js]
"""
import json
import os
import random
import subprocess
import sys

import dialogues
import gguf
import tokens

HERE = os.path.dirname(os.path.abspath(__file__))


def main():
    given = sys.argv[1:]
    model = given[0] if given else os.path.join(HERE, 'pack/answer.gguf')
    count = int(given[1]) if len(given) > 1 else 2000
    script = given[2] if len(given) > 2 else os.path.join(HERE, '../../dist/runtime/inference/chat/llama/render-dialogues.js')
    tokenizer = tokens.Tokenizer(*gguf.read_vocabulary(model))
    random.seed(5)
    made = [dialogues.make()[:2] for _ in range(count)]
    text = ''.join(json.dumps(d) + '\n' for d, _ in made)
    out = subprocess.run(['node', script, model], input=text, stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()
    assert len(out) == count, (len(out), count)
    for (dialogue, learn), line in zip(made, out):
        theirs, rows = json.loads(line), tokens.pieces(dialogue, learn)
        if rows[-1][0] == '<|eot_id|>':
            rows.pop()  # the product leaves the last turn open
        ours = tokens.merged(rows)
        assert ours == theirs['pieces'], json.dumps({'ours': ours, 'theirs': theirs['pieces']}, indent=1)
        ids = [i for part, special, _ in rows for i in tokenizer.encode(part, special)]
        assert ids == theirs['tokens'], json.dumps({'dialogue': dialogue, 'ours': ids, 'theirs': theirs['tokens']})
    print(f'{count} dialogues: the trainer renders and tokenises as the product does')


main()
