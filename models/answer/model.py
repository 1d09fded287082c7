"""A small Llama: RMSNorm, rotary positions (interleaved pairs, as llama.cpp's `llama` architecture wants them),
grouped-query attention, SwiGLU, tied embeddings. No fused ops: Debian's torch 1.13 computes some gradients wrongly."""
import math

import torch
from torch import nn
import torch.nn.functional as F

BLOCK = 128  # queries a block of attention
CONFIG = dict(d=256, layers=4, heads=4, kv=4, ff=640, eps=1e-5, base=10000.0, context=2048)


class Block(nn.Module):
    def __init__(self, c):
        super().__init__()
        d, hd = c['d'], c['d'] // c['heads']
        self.attn_norm, self.ffn_norm = nn.Parameter(torch.ones(d)), nn.Parameter(torch.ones(d))
        self.q, self.k = nn.Parameter(torch.empty(d, d)), nn.Parameter(torch.empty(c['kv'] * hd, d))
        self.v, self.o = nn.Parameter(torch.empty(c['kv'] * hd, d)), nn.Parameter(torch.empty(d, d))
        self.gate, self.up = nn.Parameter(torch.empty(c['ff'], d)), nn.Parameter(torch.empty(c['ff'], d))
        self.down = nn.Parameter(torch.empty(d, c['ff']))
        for w in (self.q, self.k, self.v, self.gate, self.up):
            nn.init.normal_(w, std=d ** -.5)
        for w in (self.o, self.down):
            nn.init.normal_(w, std=w.shape[1] ** -.5 / math.sqrt(2 * c['layers']))


def rms(x, weight, eps):
    return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + eps) * weight


def rotate(x, cos, sin):
    a, b = x[..., 0::2], x[..., 1::2]
    return torch.stack((a * cos - b * sin, a * sin + b * cos), -1).flatten(-2)


def attend(q, k, v, group, future):
    """Causal attention in blocks of queries: half the work of a full matrix, and it stays in the cache.
    Keys may reach further back than the queries: those are seen by all."""
    n, heads, t, hd = q.shape
    past = k.shape[2] - t
    out = []
    for start in range(0, t, BLOCK):
        end = min(t, start + BLOCK)
        rows = end - start
        queries = q[:, :, start:end].reshape(n * heads // group, group * rows, hd)
        keys, values = (x[:, :, :past + end].reshape(n * heads // group, past + end, hd) for x in (k, v))
        scores = torch.bmm(queries, keys.transpose(1, 2)).view(-1, group, rows, past + end)
        scores[..., past + start:] += future[:rows, :rows]
        p = torch.softmax(scores, -1).view(-1, group * rows, past + end)
        out.append(torch.bmm(p, values).view(n, heads, rows, hd))
    return torch.cat(out, 2)


class Llama(nn.Module):
    def __init__(self, vocab, c=CONFIG):
        super().__init__()
        self.c = c
        self.embed = nn.Parameter(torch.randn(vocab, c['d']) * .02)
        self.blocks = nn.ModuleList(Block(c) for _ in range(c['layers']))
        self.norm = nn.Parameter(torch.ones(c['d']))

    def layer(self, b, x, start, past, future):
        """One block on [batch, time, d] at positions from `start`; past: keys and values of a shared prefix or None."""
        c, (n, t, _) = self.c, x.shape
        hd = c['d'] // c['heads']
        angle = torch.arange(start, start + t, dtype=torch.float64)[:, None] * c['base'] ** (-torch.arange(0, hd, 2, dtype=torch.float64) / hd)
        cos, sin = angle.cos().to(x.dtype), angle.sin().to(x.dtype)
        h = rms(x, b.attn_norm, c['eps'])
        q = rotate(F.linear(h, b.q).view(n, t, c['heads'], hd).transpose(1, 2), cos, sin) * hd ** -.5
        k = rotate(F.linear(h, b.k).view(n, t, c['kv'], hd).transpose(1, 2), cos, sin)
        v = F.linear(h, b.v).view(n, t, c['kv'], hd).transpose(1, 2)
        own = k, v
        if past is not None:
            k, v = (torch.cat((old.expand(n, -1, -1, -1), new), 2) for old, new in zip(past, own))
        x = x + F.linear(attend(q, k, v, c['heads'] // c['kv'], future).transpose(1, 2).reshape(n, t, c['d']), b.o)
        h = rms(x, b.ffn_norm, c['eps'])
        g = F.linear(h, b.gate)
        return x + F.linear(g * torch.sigmoid(g) * F.linear(h, b.up), b.down), own

    def forward(self, ids, prefix=None):
        """ids [batch, time], prefix [1, time] shared by the batch -> hidden states of ids; logits are `hidden @ embed.T`."""
        future = torch.full((BLOCK, BLOCK), float('-inf'), dtype=self.embed.dtype).triu(1)
        x, shared, start = F.embedding(ids, self.embed), None, 0
        if prefix is not None:
            shared, start = F.embedding(prefix, self.embed), prefix.shape[1]
        for b in self.blocks:
            past = None
            if shared is not None:
                shared, past = self.layer(b, shared, 0, None, future)
            x, _ = self.layer(b, x, start, past, future)
        return rms(x, self.norm, self.c['eps'])


def loss_of(model, ids, weights, prefix=None):
    """Weighted cross entropy of the next token, as a mean over the tokens of weight 1; ids, weights [batch, time]."""
    hidden, weights = model(ids[:, :-1], prefix), weights[:, 1:]
    on = weights > 0
    losses = F.cross_entropy(hidden[on] @ model.embed.T, ids[:, 1:][on], reduction='none')
    return (losses * weights[on]).sum() / (weights == 1).sum().clamp(min=1)


def check_gradients():
    """float32 gradients against float64 ones: Debian's torch has ops whose gradient is silently garbage."""
    torch.manual_seed(0)
    model = Llama(64)
    ids, mask = torch.randint(0, 64, (3, 40)), torch.ones(3, 40)
    for _ in range(2):
        model.zero_grad()
        loss_of(model, ids, mask).backward()
        single = {k: v.grad.double().clone() for k, v in model.named_parameters()}
        double = Llama(64).double()
        double.load_state_dict({k: v.double() for k, v in model.state_dict().items()})
        loss_of(double, ids, mask).backward()
        for k, v in double.named_parameters():
            error = ((single[k] - v.grad).norm() / (v.grad.norm() + 1e-12)).item()
            assert math.isfinite(error) and error < 1e-3, f'gradient of {k} is wrong: relative error {error}'
