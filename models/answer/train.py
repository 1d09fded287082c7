"""Trains the answering model from nothing on endless dialogues and exports it as GGUF.

    VOICE_LOOP_DEMO_SENTENCES=<file> /usr/bin/python3 train.py <work folder> <answer.gguf> [cpu minutes] [wall minutes]

The learning rate follows whichever budget runs out first, so the same run works on a busy machine.
"""
import copy
import json
import math
import multiprocessing
import os
import random
import sys
import time
from collections import Counter

import torch

import dialogues
import domain
import gguf
import prompts
import tokens
from model import CONFIG, Llama, check_gradients, loss_of

BATCH_TOKENS = 4000  # small batches: on one core the number of steps is what is short
WARMUP_STEPS = 20
EVAL_EVERY_CPU_S = 600
# What callers say and tools answer is learned a little at first: it teaches which words belong together. Later it is only
# noise: nobody can know what a caller says next, and that part of the loss would drown what is left of ours.
OTHERS_WEIGHT, OTHERS_UNTIL = .1, .2
AVERAGE = .995


def build_tokenizer():
    """Every word of the domain is one token, with and without the space before it: that makes copying a look-up."""
    random.seed(11)
    counts, whole = Counter(), set()
    for i in range(4000):
        d, _, _ = dialogues.make(unseen=i % 4 == 0)
        for text, special, _ in tokens.pieces(d):
            for part in tokens.SPECIAL_RE.split(text) if special else [text]:
                counts.update(tokens.PRETOKEN.findall(part))
    foreign = set(domain.FOREIGN_WORDS + prompts.WORDS)
    for w in dialogues.LEXICON + domain.NAMES:
        for form in (w, ' ' + w, w.capitalize(), ' ' + w.capitalize()):
            for m in tokens.PRETOKEN.findall(form):
                counts[m] += 20
    for w, n in counts.items():
        if n >= 20 and w.strip().lower() not in {x.lower() for x in foreign}:
            whole.add(w)
    found, merges = tokens.train_bpe({w: 1 + math.log2(n) for w, n in counts.items()}, whole, 4000)
    print(f'{len(found)} tokens, {len(merges)} merges', flush=True)
    return tokens.Tokenizer(found + tokens.SPECIALS, merges)


def tie_embeddings(model, tokenizer):
    """The forms of a word (" dentist", "dentist", "Dentist") start near each other, so copying across forms is easy to find."""
    groups, space, capital = {}, torch.randn(CONFIG['d']) * .02, torch.randn(CONFIG['d']) * .02
    with torch.no_grad():
        for i, t in enumerate(tokenizer.tokens):
            bare = t.removeprefix('Ġ')
            if not bare.isalpha():
                continue
            base = groups.setdefault(bare.lower(), torch.randn(CONFIG['d']) * .02)
            model.embed[i] = base + torch.randn(CONFIG['d']) * .005 + (space if t != bare else 0) + (capital if bare[0].isupper() else 0)


def samples(tokenizer, progress, count):
    """Dialogues of one system prompt: (prefix tokens, [(tokens, learned)]). Short ones without a prompt come first, whole calls later."""
    r = random.random()
    if r < (1 if progress < .08 else .5 if progress < .16 else .04):
        made, prompt = [dialogues.make(small=True, tasks=1) for _ in range(count)], False
    elif r < .4:
        made, prompt = [dialogues.drill() for _ in range(2 * count)], False
    else:
        system, tools = dialogues.draw_setting()
        long = progress > .3 and random.random() < .05
        made = [dialogues.make(setting=(system, tools), tasks=random.randrange(8, 13) if long else None) for _ in range(count // 4 if long else count)]
        prompt = not tools or random.random() < (.35 if progress < .6 else .8)
    bodies = []
    for d, learn, _ in made:
        prefix, ids, mask = tokens.encode(tokenizer, d, learn, prompt, OTHERS_WEIGHT if progress < OTHERS_UNTIL else 0.)
        bodies.append((ids[:1500], mask[:1500]))
    return prefix, bodies


def batches(tokenizer, progress):
    pad = tokenizer.ids['<|finetune_right_pad_id|>']
    while True:
        groups = []
        for _ in range(5):
            prefix, bodies = samples(tokenizer, progress(), 48)
            group = []
            for s in sorted(bodies, key=lambda x: len(x[0])):
                if group and len(s[0]) * (len(group) + 1) > BATCH_TOKENS:
                    groups.append((prefix, group))
                    group = []
                group.append(s)
            groups.append((prefix, group))
        random.shuffle(groups)
        for prefix, g in groups:
            t = max(len(ids) for ids, _ in g)
            yield (torch.tensor([prefix]), torch.tensor([ids + [pad] * (t - len(ids)) for ids, _ in g]),
                   torch.tensor([mask + [0.] * (t - len(mask)) for _, mask in g]))


def orthogonal(g):
    """Newton-Schulz iteration of the Muon optimiser."""
    x = g / (g.norm() + 1e-7)
    tall = x.shape[0] > x.shape[1]
    x = x.T if tall else x
    for _ in range(5):
        a = x @ x.T
        x = 3.4445 * x + (-4.7750 * a + 2.0315 * a @ a) @ x
    return x.T if tall else x


class Optimiser:
    """Muon for the matrices, Adam for embeddings and norms."""

    def __init__(self, model):
        named = dict(model.named_parameters())
        self.matrices = [w for k, w in named.items() if w.ndim == 2 and k != 'embed']
        self.moment = [torch.zeros_like(w) for w in self.matrices]
        self.rest = torch.optim.AdamW([w for k, w in named.items() if w.ndim == 1 or k == 'embed'], lr=3e-3, betas=(.9, .95), weight_decay=0.)

    def state(self):
        return {'moment': self.moment, 'rest': self.rest.state_dict()}

    def load(self, state):
        self.moment = state['moment']
        self.rest.load_state_dict(state['rest'])

    def step(self, scale):
        for g in self.rest.param_groups:
            g['lr'] = 3e-3 * scale
        self.rest.step()
        with torch.no_grad():
            for w, m in zip(self.matrices, self.moment):
                m.mul_(.95).add_(w.grad)
                update = orthogonal(w.grad + .95 * m)
                w.mul_(1 - .02 * scale * .01).add_(update, alpha=-.02 * scale * max(1, w.shape[0] / w.shape[1]) ** .5)


@torch.no_grad()
def exact(model, tokenizer, made):
    """Share of learned messages of which every token is the greedy choice: (calls right, calls, texts right, texts)."""
    right = [0, 0, 0, 0]
    for d, learn in made:
        prefix, ids, mask = tokens.encode(tokenizer, d, learn)
        ids, mask = prefix + ids, [0] * len(prefix) + mask
        hidden = model(torch.tensor([ids[:-1]]))[0]
        on = torch.tensor(mask[1:]) == 1
        good = torch.zeros(len(ids) - 1, dtype=torch.bool)
        good[on] = (hidden[on] @ model.embed.T).argmax(-1) == torch.tensor(ids[1:])[on]
        call_start = tokenizer.encode('<function=')[0]
        i = 1
        while i < len(ids):
            if mask[i] != 1:
                i += 1
                continue
            j = i
            while j < len(ids) and mask[j] == 1:
                j += 1
            where = 0 if ids[i] == call_start else 2
            right[where + 1] += 1
            right[where] += bool(good[i - 1:j - 1].all())
            i = j
    return right


class Team:
    """Processes, one a core, that train one model: each has a copy and batches of its own, their gradients are averaged,
    and the same step is taken by all. More threads in one process bring nothing at this size."""

    def __init__(self, size, numbers):
        self.size, self.rank = size, 0
        self.shared = torch.zeros(size, numbers).share_memory_()
        self.progress = torch.zeros(1, dtype=torch.float64).share_memory_()
        self.barrier = multiprocessing.Barrier(size, timeout=900)

    def average(self, model, progress):
        """Gradients of all, and the first one's progress, so that all take the same step."""
        if self.size == 1:
            return progress
        self.shared[self.rank] = torch.cat([w.grad.flatten() for w in model.parameters()])
        if self.rank == 0:
            self.progress[0] = progress
        self.barrier.wait()
        mean, progress = self.shared.mean(0), self.progress.item()
        self.barrier.wait()
        for w, part in zip(model.parameters(), mean.split([w.numel() for w in model.parameters()])):
            w.grad = part.view_as(w).clone()
        return progress


def main():
    work, target = sys.argv[1], sys.argv[2]
    cpu_budget, wall_budget = (60 * float(x) for x in (sys.argv[3:] + ['75', '80'][len(sys.argv) - 3:]))
    os.makedirs(work, exist_ok=True)
    torch.set_num_threads(1)
    check_gradients()
    assert dialogues.FORBIDDEN, 'set VOICE_LOOP_DEMO_SENTENCES: the test sentences must stay out of the training'
    vocabulary = os.path.join(work, 'tokenizer.json')
    if not os.path.exists(vocabulary):
        build_tokenizer().save(vocabulary)
    tokenizer = tokens.Tokenizer.load(vocabulary)
    numbers = sum(w.numel() for w in Llama(len(tokenizer.tokens)).parameters())
    team = Team(int(os.environ.get('VOICE_LOOP_TRAIN_PROCESSES', '1')), numbers)
    for rank in range(1, team.size):
        if os.fork() == 0:
            team.rank = rank
            break
    train(team, tokenizer, work, target, cpu_budget, wall_budget)


def train(team, tokenizer, work, target, cpu_budget, wall_budget):
    first_of_team = team.rank == 0
    random.seed(900001)
    held = [dialogues.make(product=True)[:2] for _ in range(60)]
    torch.manual_seed(1)
    model = Llama(len(tokenizer.tokens))
    tie_embeddings(model, tokenizer)
    average = copy.deepcopy(model)
    if first_of_team:
        print(f'{sum(w.numel() for w in model.parameters()) / 1e6:.2f} M parameters', flush=True)
    optimiser = Optimiser(model)
    cpu0, wall0 = time.process_time(), time.time()
    step, seen, recent, last_eval, skipped, before = 0, 0, None, 0., 0, 0.
    checkpoint = os.path.join(work, 'checkpoint.pt')
    if os.path.exists(checkpoint):  # goes on where it was, with the budgets given for what is left
        kept = torch.load(checkpoint)
        model.load_state_dict(kept['model'])
        average.load_state_dict(kept['average'])
        step, seen, before = kept['step'], kept['seen'], kept['progress']
        optimiser.load(kept['optimiser'])
    random.seed(1000 * step + team.rank)

    def progress():
        return min(1., before + (1 - before) * max((time.process_time() - cpu0) / cpu_budget, (time.time() - wall0) / wall_budget))

    first = step
    for prefix, ids, mask in batches(tokenizer, progress):
        loss = loss_of(model, ids, mask, prefix)
        model.zero_grad(set_to_none=True)
        loss.backward()
        done = team.average(model, progress())
        scale = min(1., (step - first + 1) / WARMUP_STEPS) * max(.01, min(1., (1 - done) / .8))
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), 1.)
        if not torch.isfinite(norm):
            skipped += 1
            assert skipped < 20, 'gradients keep being not finite'
            continue
        optimiser.step(scale)
        step, seen = step + 1, seen + team.size * ids.numel()
        recent = loss.item() if recent is None else .98 * recent + .02 * loss.item()
        keep = min(AVERAGE, 1 - 1 / (step + 1))
        with torch.no_grad():
            for a, w in zip(average.parameters(), model.parameters()):
                a.lerp_(w, 1 - keep)
        if not first_of_team:
            if done >= 1:
                return
            continue
        cpu = time.process_time() - cpu0
        if step % 20 == 0:
            print(f'{step} step {cpu / 60:.1f} min {seen / 1e6:.2f} M tokens loss {recent:.4f} progress {done:.3f} lr x{scale:.3f}', flush=True)
        if cpu - last_eval > EVAL_EVERY_CPU_S or done >= 1:
            last_eval = cpu
            calls, all_calls, texts, all_texts = exact(average, tokenizer, held)
            print(f'EVAL {cpu / 60:.1f} min {seen / 1e6:.2f} M tokens: calls {calls}/{all_calls} texts {texts}/{all_texts}', flush=True)
            state = {k: v.numpy() for k, v in average.state_dict().items()}
            torch.save({'average': average.state_dict(), 'model': model.state_dict(), 'step': step, 'seen': seen, 'progress': done,
                        'optimiser': optimiser.state()}, checkpoint)
            gguf.write(target, state, CONFIG, tokenizer, tokens.SPECIALS)
            last_eval = time.process_time() - cpu0
        if done >= 1:
            with open(os.path.join(work, 'done.json'), 'w') as f:
                json.dump({'steps': step, 'tokens': seen, 'cpu_minutes': cpu / 60}, f)
            return


main()
