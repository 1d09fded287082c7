"""Held-out dialogues for the gate, one JSON object a line: {set, messages, tools, learn}.

`seen`: phrasings that training draws from, combined anew. `unseen`: phrasings that training never sees.
Usage: gate-dialogues.py [dialogues a set] [seed]"""
import json
import random
import sys

import dialogues


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 150
    random.seed(int(sys.argv[2]) if len(sys.argv) > 2 else 424242)
    for name, unseen in (('seen', False), ('unseen', True)):
        left = count
        while left:
            made, learn, d = dialogues.make(unseen=unseen, product=True)
            if unseen and not d.used_unseen:
                continue
            left -= 1
            print(json.dumps({'set': name, **made, 'learn': learn}))


main()
