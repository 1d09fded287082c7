"""Held-out dialogues for the gate, one JSON object a line: {set, messages, tools, learn}.

`seen phrasings`: those that training draws from, combined anew. `unseen phrasings`: those that training never sees. `made-up titles`:
every second appointment has a title of words that nobody puts together ("read end for kate"); in the others none has.
Usage: gate-dialogues.py [dialogues a set] [seed]"""
import json
import random
import sys

import dialogues
import domain


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 150
    random.seed(int(sys.argv[2]) if len(sys.argv) > 2 else 424242)
    for name, unseen, made_up in (('seen phrasings', False, 0), ('unseen phrasings', True, 0), ('made-up titles', False, .5)):
        domain.made_up = made_up
        left = count
        while left:
            made, learn, d = dialogues.make(unseen=unseen, product=True)
            if unseen and not d.used_unseen:
                continue
            left -= 1
            print(json.dumps({'set': name, **made, 'learn': learn}))


main()
